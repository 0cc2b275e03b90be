using ClipOrleans.Clip.Models;
using Microsoft.ML.Tokenizers;

namespace ClipOrleans.Clip.Text;

/// <summary>
/// CLIP's tokenizer: text to ids with the start token before and the end token after, cut to the context length, exactly as OpenAI's
/// <c>simple_tokenizer.py</c> without <c>ftfy</c>. Cleaning and splitting are here, merging is Microsoft.ML.Tokenizers'. Safe for any
/// number of threads.
/// </summary>
internal sealed class ClipTokenizer
{
    private readonly BpeTokenizer _bpe;
    private readonly TextSection _section;
    private readonly int _start;
    private readonly int _end;

    private ClipTokenizer(BpeTokenizer bpe, TextSection section, int start, int end, int pad) =>
        (_bpe, _section, _start, _end, PadId) = (bpe, section, start, end, pad);

    /// <summary>What fills a row up to its length.</summary>
    public int PadId { get; }

    public int EndId => _end;

    public int StartId => _start;

    /// <summary>The tokenizer of the model in <paramref name="folder"/>. Throws <see cref="ModelException"/>.</summary>
    public static ClipTokenizer Load(string folder, TextSection section)
    {
        var vocabulary = Vocabulary.Read(folder, section);
        var path = Path.Combine(folder, section.Vocabulary);
        foreach (var symbol in ByteSymbols.All)
        {
            if (!vocabulary.Ids.ContainsKey(symbol.ToString()) || !vocabulary.Ids.ContainsKey(symbol + Vocabulary.EndOfWord))
                throw new ModelException(ModelFault.Unsupported, path, $"{path} has no token for '{symbol}' with and without '{Vocabulary.EndOfWord}': a byte-level CLIP vocabulary has both for all 256 bytes.");
        }

        int Id(string token) => vocabulary.Ids.TryGetValue(token, out var id)
            ? id
            : throw new ModelException(ModelFault.FileInvalid, path, $"{path} has no token '{token}', which the manifest names.");

        try
        {
            var bpe = BpeTokenizer.Create(new BpeOptions(vocabulary.Ids)
            {
                Merges = vocabulary.Merges,
                EndOfWordSuffix = Vocabulary.EndOfWord,
                ByteLevel = true,
            });
            return new ClipTokenizer(bpe, section, Id(section.StartToken), Id(section.EndToken), Id(section.PadToken));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new ModelException(ModelFault.FileInvalid, path, $"Vocabulary and merges in {folder} do not fit together: {e.Message}", e);
        }
    }

    /// <summary>The ids of <paramref name="text"/>: at least the start and the end token, at most the context length.</summary>
    public int[] Encode(string text)
    {
        Span<int> ids = stackalloc int[_section.ContextLength <= 512 ? _section.ContextLength : 0];
        if (ids.IsEmpty)
            ids = new int[_section.ContextLength];
        ids[0] = _start;
        var count = 1;
        var room = ids.Length - 1; // the last place is the end token's
        var words = new WordSplitter(TextCleaner.Clean(text), _section.StartToken, _section.EndToken);
        while (count < room && words.MoveNext())
        {
            var word = words.Current;
            if (word.SequenceEqual(_section.StartToken))
                ids[count++] = _start;
            else if (word.SequenceEqual(_section.EndToken))
                ids[count++] = _end;
            else
                count += Merge(word, ids[count..room]);
        }

        ids[count++] = _end;
        return ids[..count].ToArray();
    }

    private int Merge(ReadOnlySpan<char> word, Span<int> destination)
    {
        var merged = _bpe.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false);
        var count = Math.Min(merged.Count, destination.Length);
        for (var i = 0; i < count; i++)
            destination[i] = merged[i];
        return count;
    }
}

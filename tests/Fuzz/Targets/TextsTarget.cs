using System.Text;
using ClipOrleans.Clip.Models;
using ClipOrleans.Clip.Text;
using ClipOrleans.Fuzz.Engine;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>Texts to embed, also such as are no Unicode: UTF-8 if the first byte is even, else UTF-16 as it comes.</summary>
internal sealed class TextsTarget : FuzzTarget
{
    private static readonly ModelManifest Manifest = ModelManifestFile.ReadOrInfer(RepositoryFolder.Of("models", "fashion-clip-mini"));
    private static readonly ClipTokenizer Tokenizer = ClipTokenizer.Load(RepositoryFolder.Of("models", "fashion-clip-mini"), Manifest.Text);

    public override string Name => "texts";

    public override string Promise => "ids of the vocabulary, framed, never more than the context, the same for a text that was cleaned before";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. ((string[])[
            "0a red shoe", "0A  Red\tSHOE!!! it's 3.14 <|endoftext|> don't", "0&amp;amp;#x41; &notin; &#1114112; &lt", "0ΑΣ ΑΣΑ İstanbul ǅ", "0靴 👟👨‍👩‍👧 é e\u0301 \u00a0\u001c", "0\0\u0001\ufffd\ufeff",
        ]).Select(Encoding.UTF8.GetBytes),
        [(byte)'1', .. Encoding.Unicode.GetBytes("a\ud83d b\udc5f Σ\ud800")],
    ];

    public override IReadOnlyList<string> Dictionary { get; } = ["&amp;", "&#x", "&#", ";", "&notit;", "<|startoftext|>", "<|endoftext|>", "'s", "'ll", "Σ", "İ", "ß", "\u200d", "\u0301", "👟", "１", "²", "ↀ"];

    public override string Run(byte[] input)
    {
        if (input.Length == 0)
            return "nothing";
        var text = (input[0] & 1) == 0 ? Encoding.UTF8.GetString(input.AsSpan(1)) : Encoding.Unicode.GetString(input.AsSpan(1));
        if ((input[0] & 1) == 1)
            text = new string([.. input.Skip(1).Chunk(2).Select(static pair => (char)(pair[0] | (pair.Length > 1 ? pair[1] << 8 : 0)))]);
        var ids = Tokenizer.Encode(text);
        BrokenPromiseException.Unless(ids.Length >= 2 && ids.Length <= Manifest.Text.ContextLength && ids[0] == Tokenizer.StartId && ids[^1] == Tokenizer.EndId, "a text without its frame");
        BrokenPromiseException.Unless(ids.All(id => id >= 0 && id <= Tokenizer.EndId), "a token that the vocabulary lacks");
        BrokenPromiseException.Unless(Tokenizer.Encode(text).AsSpan().SequenceEqual(ids), "other tokens the second time");
        return $"{ids.Length} {ids.Count(id => id == Tokenizer.StartId)} {ids.Count(id => id == Tokenizer.EndId)} {text.Length > 100}";
    }
}

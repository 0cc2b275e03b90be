using System.Text.Json;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Clip.Text;

/// <summary>The tokens and the order in which pairs are merged, from <c>vocab.json</c> with <c>merges.txt</c> or from <c>tokenizer.json</c>.</summary>
internal sealed record Vocabulary(IReadOnlyDictionary<string, int> Ids, IReadOnlyList<string> Merges)
{
    public const string EndOfWord = "</w>";

    /// <summary>Reads what <paramref name="section"/> names in <paramref name="folder"/>. Throws <see cref="ModelException"/>.</summary>
    public static Vocabulary Read(string folder, TextSection section)
    {
        var path = ModelFile.Existing(folder, section.Vocabulary, "the vocabulary of the tokenizer");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return section.Merges is null
                ? FromTokenizerJson(path, json.RootElement)
                : new Vocabulary(ReadIds(path, json.RootElement), ReadMerges(ModelFile.Existing(folder, section.Merges, "the merges of the tokenizer")));
        }
        catch (JsonException e)
        {
            throw new ModelException(ModelFault.FileInvalid, path, $"{path} is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Why a <c>tokenizer.json</c> isn't CLIP's kind; null if it is.</summary>
    public static string? Objection(JsonElement tokenizer)
    {
        if (tokenizer.ValueKind != JsonValueKind.Object || !tokenizer.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
            return "it has no 'model' object";
        var type = model.TryGetProperty("type", out var t) ? t.ToString() : "";
        if (type is not ("" or "BPE"))
            return $"its model type is '{type}' ({(type == "Unigram" ? "SentencePiece, as SigLIP uses" : "not byte-level BPE")})";
        var suffix = model.TryGetProperty("end_of_word_suffix", out var s) ? s.ToString() : "";
        return suffix == EndOfWord ? null : $"its end_of_word_suffix is '{suffix}', CLIP's is '{EndOfWord}'";
    }

    private static Vocabulary FromTokenizerJson(string path, JsonElement root)
    {
        if (Objection(root) is { } objection)
            throw new ModelException(ModelFault.Unsupported, path, $"{path} is not a CLIP tokenizer: {objection}. Only CLIP's byte-level BPE is supported.");
        var model = root.GetProperty("model");
        if (!model.TryGetProperty("vocab", out var vocab) || !model.TryGetProperty("merges", out var merges) || merges.ValueKind != JsonValueKind.Array)
            throw new ModelException(ModelFault.FileInvalid, path, $"{path} lacks model.vocab or model.merges.");
        var ids = ReadIds(path, vocab);
        if (root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in added.EnumerateArray())
            {
                if (token.TryGetProperty("content", out var content) && token.TryGetProperty("id", out var id) && id.TryGetInt32(out var number))
                    ids[content.ToString()] = number;
            }
        }

        return new Vocabulary(ids, merges.EnumerateArray().Select(m => Merge(path, m)).ToList());
    }

    private static string Merge(string path, JsonElement merge) => merge.ValueKind switch
    {
        JsonValueKind.String => merge.GetString()!,
        JsonValueKind.Array when merge.GetArrayLength() == 2 => $"{merge[0].GetString()} {merge[1].GetString()}",
        _ => throw new ModelException(ModelFault.FileInvalid, path, $"{path}: a merge is a string 'a b' or an array [\"a\", \"b\"], not {merge.GetRawText()}."),
    };

    private static Dictionary<string, int> ReadIds(string path, JsonElement vocab)
    {
        if (vocab.ValueKind != JsonValueKind.Object)
            throw new ModelException(ModelFault.FileInvalid, path, $"{path}: the vocabulary is an object of token to id.");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in vocab.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id < 0)
                throw new ModelException(ModelFault.FileInvalid, path, $"{path}: the id of token '{entry.Name}' is {entry.Value.GetRawText()}, not a whole number.");
            ids[entry.Name] = id;
        }

        return ids;
    }

    private static List<string> ReadMerges(string path)
    {
        var merges = new List<string>();
        foreach (var line in File.ReadLines(path))
        {
            // Only the first line may be a comment: '#' is a token like any other.
            if (line.Length == 0 || (merges.Count == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            if (line.Count(c => c == ' ') != 1)
                throw new ModelException(ModelFault.FileInvalid, path, $"{path}: '{line}' is not two tokens with one space between.");
            merges.Add(line);
        }

        return merges;
    }
}

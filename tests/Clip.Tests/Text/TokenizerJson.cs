using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipOrleans.Clip.Tests.Text;

/// <summary>Writes the vocabulary of a model as the <c>tokenizer.json</c> that newer exports have instead.</summary>
internal static class TokenizerJson
{
    public static void Write(string model, string folder)
    {
        var vocabulary = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "vocab.json")))!.AsObject();
        var added = new JsonArray();
        foreach (var token in new[] { "<|startoftext|>", "<|endoftext|>" })
        {
            added.Add(new JsonObject { ["id"] = vocabulary[token]!.GetValue<int>(), ["content"] = token, ["special"] = true });
            vocabulary.Remove(token);
        }

        // Both spellings of a merge are in use: 'a b' and ["a", "b"].
        var merges = new JsonArray();
        var lines = File.ReadAllLines(Path.Combine(model, "merges.txt"));
        for (var i = 1; i < lines.Length; i++)
        {
            var pair = lines[i].Split(' ');
            merges.Add(i % 2 == 0 ? JsonValue.Create(lines[i]) : new JsonArray(pair[0], pair[1]));
        }

        var json = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = added,
            ["model"] = new JsonObject { ["type"] = "BPE", ["end_of_word_suffix"] = "</w>", ["continuing_subword_prefix"] = "", ["vocab"] = vocabulary, ["merges"] = merges },
        };
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), json.ToJsonString(new JsonSerializerOptions()));
    }
}

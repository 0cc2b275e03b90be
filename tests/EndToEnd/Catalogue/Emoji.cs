using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Catalogue;

/// <summary>One picture of the sample catalogue with what its line says about it.</summary>
internal sealed record Emoji(string Id, byte[] Image, JsonObject Metadata)
{
    public string Name => (string)Metadata["name"]!;

    public string Group => (string)Metadata["group"]!;

    /// <summary>Every <paramref name="every"/>-th picture of the catalogue: all groups are among them.</summary>
    public static List<Emoji> Load(int every) =>
        [.. File.ReadLines(Path.Combine(BuiltPrograms.Samples, "catalogue.ndjson")).Where((_, i) => i % every == 0).Select(Parse)];

    public JsonObject Body() => new() { ["id"] = Id, ["metadata"] = Metadata.DeepClone(), ["imageBase64"] = Convert.ToBase64String(Image) };

    private static Emoji Parse(string line)
    {
        var json = JsonNode.Parse(line)!.AsObject();
        var image = File.ReadAllBytes(Path.Combine(BuiltPrograms.Samples, (string)json["image"]!));
        return new Emoji((string)json["id"]!, image, json["metadata"]!.DeepClone().AsObject());
    }
}

using System.Text.Json.Nodes;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Cli.Demo;

/// <summary>A search that the demo shows, with the command that would do the same.</summary>
internal sealed record DemoSearch(string Command, SearchRequest Request)
{
    private const int Hits = 5;

    /// <param name="catalogue">The sample's file: one search brings one of its pictures as if it were new.</param>
    public static IReadOnlyList<DemoSearch> All(string catalogue)
    {
        var picture = Path.Combine(Path.GetDirectoryName(catalogue)!, "images", "u1f694.webp");
        return
        [
            Words("happy face"),
            Words("red car"),
            Words("red heart"),
            new(
                "\"something red\" --filter '{\"group\":\"Animals & Nature\"}'",
                new SearchRequest { Text = "something red", TopK = Hits, Filter = new JsonObject { ["group"] = "Animals & Nature" } }),
            new($"--image {Path.GetRelativePath(".", picture)}", new SearchRequest { Image = File.ReadAllBytes(picture), TopK = Hits }),
        ];
    }

    private static DemoSearch Words(string text) => new($"\"{text}\"", new SearchRequest { Text = text, TopK = Hits });
}

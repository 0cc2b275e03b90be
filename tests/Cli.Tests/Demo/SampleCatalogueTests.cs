using System.Text.Json.Nodes;
using ClipOrleans.Cli.Demo;

namespace ClipOrleans.Cli.Tests.Demo;

// Danger: a newcomer's first minute ends in "47 pictures were refused".
// Invariant: every line of the sample catalogue has an id of its own, a small picture that is there, and all metadata; no picture is left over.
// Method: the files themselves.
public sealed class SampleCatalogueTests
{
    /// <summary>What a clone may cost for pictures.</summary>
    private const long MostBytes = 6 << 20;

    private static readonly string Catalogue = SampleCatalogue.Find(AppContext.BaseDirectory);
    private static readonly string Folder = Path.GetDirectoryName(Catalogue)!;

    [Fact]
    public void Lines_and_pictures_belong_together()
    {
        var lines = File.ReadLines(Catalogue).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.InRange(lines.Count, 900, 1200);
        Assert.Equal(lines.Count, lines.Select(line => line["id"]!.GetValue<string>()).Distinct().Count());
        var named = lines.Select(line => line["image"]!.GetValue<string>()).Order(StringComparer.Ordinal);
        var present = Directory.GetFiles(Path.Combine(Folder, "images")).Select(file => $"images/{Path.GetFileName(file)}").Order(StringComparer.Ordinal);
        Assert.Equal(present, named);
        Assert.All(lines, line => Assert.All(["name", "group", "subgroup"], member => Assert.NotEmpty(line["metadata"]![member]!.GetValue<string>())));
        Assert.All(lines, line => Assert.NotEmpty(line["metadata"]!["keywords"]!.AsArray()));
    }

    [Fact]
    public void Pictures_are_webp_and_small()
    {
        var files = Directory.GetFiles(Path.Combine(Folder, "images")).Select(File.ReadAllBytes).ToList();
        Assert.All(files, bytes => Assert.True(bytes.AsSpan(0, 4).SequenceEqual("RIFF"u8) && bytes.AsSpan(8, 4).SequenceEqual("WEBP"u8), "not WebP"));
        Assert.InRange(files.Sum(bytes => (long)bytes.Length), 1, MostBytes);
    }

    [Fact]
    public void The_licence_names_every_source() =>
        Assert.All(["@lobehub/fluent-emoji-3d", "emojilib", "emoji.json", "Microsoft"], source => Assert.Contains(source, File.ReadAllText(Path.Combine(Folder, "LICENSE.md")), StringComparison.Ordinal));

    [Fact]
    public void The_demo_shows_five_searches_over_pictures_that_are_there()
    {
        var searches = DemoSearch.All(Catalogue);
        Assert.Equal(5, searches.Count);
        Assert.Single(searches, search => search.Request.Filter is not null);
        Assert.Single(searches, search => search.Request.Image is not null);
    }
}

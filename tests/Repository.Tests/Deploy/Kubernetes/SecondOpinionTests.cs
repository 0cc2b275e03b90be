using ClipOrleans.Repository.Tests.Deploy.Yaml;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

// Danger: a renderer of ours that renders otherwise than Helm proves manifests that nobody will ever get.
// Invariant: with every file of deploy/chart/ci the manifests are those of Go's own text/template with Sprig.
// Method: eng/deploy-check.sh renders with Go and names the folder; elsewhere the test is skipped.
public sealed class SecondOpinionTests
{
    public static TheoryData<string> Scenarios { get; } = [.. Chart.Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Go_renders_the_same(string scenario)
    {
        var folder = Environment.GetEnvironmentVariable("CLIPORLEANS_RENDERED");
        Assert.SkipWhen(folder is null, "eng/deploy-check.sh renders the chart with Go, which the tests do not need");
        var (ours, notes) = Chart.Render(Chart.Scenarios[scenario]);
        var text = File.ReadAllText(Path.Combine(folder!, $"{scenario}.yaml"));
        var start = text.IndexOf("# Source: NOTES.txt\n", StringComparison.Ordinal);
        var end = text.IndexOf("# Source: ", start + 1, StringComparison.Ordinal);
        Assert.Equal(notes.Trim(), text[(text.IndexOf('\n', start) + 1)..end].Trim());

        var theirs = YamlValue.ReadAll(text[..start] + "\n---\n" + text[end..]).Select(content => new Manifest("Go", (YamlMap)content!)).ToDictionary(manifest => (manifest.Kind, manifest.Name));
        Assert.Equal(ours.Select(manifest => (manifest.Kind, manifest.Name)).Order(), theirs.Keys.Order());
        Assert.All(ours, manifest => Assert.Equal(YamlValue.Write(theirs[(manifest.Kind, manifest.Name)].Content), YamlValue.Write(manifest.Content)));
    }
}

using System.Text.Json.Nodes;
using ClipOrleans.Repository.Tests.Deploy.Kubernetes;
using ClipOrleans.Repository.Tests.Deploy.Yaml;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Metrics;

// Danger: a metric is renamed, and the alert on it never fires again; nobody notices what does not ring.
// Invariant: every series in the alerts and in the dashboard is one that the code makes; every alert has a test of promtool.
// Method: names from the instruments in src, by the exporter's rules, against the names in every expression.
public sealed class MetricsTests
{
    private static string Alerts { get; } = RepositoryTree.Files.Single(file => file.Path == "deploy/prometheus/alerts.yaml").Text;

    private static JsonNode Dashboard { get; } = JsonNode.Parse(RepositoryTree.Files.Single(file => file.Path == "deploy/grafana/dashboard.json").Text)!;

    private static IEnumerable<SortedDictionary<string, object?>> Rules =>
        Manifest.Maps(Manifest.Read(YamlValue.Read(Alerts), "groups")).SelectMany(group => Manifest.Maps(group["rules"]));

    private static IEnumerable<JsonNode> Panels => Dashboard["panels"]!.AsArray().OfType<JsonNode>();

    [Fact]
    public void Every_series_of_an_alert_is_made() => Assert.All(Rules, rule =>
    {
        var names = MetricNames.In((string)rule["expr"]!).ToList();
        Assert.NotEmpty(names);
        Assert.Empty(names.Except(MetricNames.All));
    });

    [Fact]
    public void Every_series_of_the_dashboard_is_made()
    {
        var expressions = Panels.SelectMany(panel => panel["targets"]?.AsArray() ?? []).Select(target => (string)target!["expr"]!).ToList();
        Assert.True(expressions.Count > 20);
        Assert.All(expressions, expression =>
        {
            var names = MetricNames.In(expression).ToList();
            Assert.NotEmpty(names);
            Assert.Empty(names.Except(MetricNames.All));
        });
    }

    [Fact]
    public void A_series_that_nobody_makes_is_found()
    {
        Assert.Equal(["cliporleans_shards_open", "cliporleans_shards_opened"], MetricNames.In("sum by (le, instance) (cliporleans_shards_open{job=~\"a_b\"}) + cliporleans_shards_opened"));
        Assert.Contains("cliporleans_shards_open", MetricNames.All);
        Assert.DoesNotContain("cliporleans_shards_opened", MetricNames.All);
        Assert.Contains("cliporleans_index_recall_ratio", MetricNames.All);
        Assert.Contains("cliporleans_log_compaction_bytes_total", MetricNames.All);
        Assert.Contains("cliporleans_index_training_time_seconds_total", MetricNames.All);
    }

    [Fact]
    public void Every_alert_says_how_bad_it_is_and_is_tested()
    {
        var tests = RepositoryTree.Files.Single(file => file.Path == "deploy/prometheus/alerts.test.yaml").Text;
        Assert.All(Rules, rule =>
        {
            Assert.True(Manifest.Read(rule, "labels", "severity") is "critical" or "warning");
            Assert.NotEmpty((string)Manifest.Read(rule, "annotations", "summary")!);
            Assert.NotEmpty((string)Manifest.Read(rule, "annotations", "description")!);
            Assert.Contains($"alertname: {rule["alert"]}", tests, StringComparison.Ordinal);
        });
        Assert.Contains($"exp_samples: [{{value: {Rules.Count()}}}]", tests, StringComparison.Ordinal);
    }

    [Fact]
    public void Panels_neither_overlap_nor_share_a_number()
    {
        Assert.Equal(Panels.Count(), Panels.Select(panel => (int)panel["id"]!).Distinct().Count());
        var cells = Panels.Select(panel => panel["gridPos"]!).SelectMany(place =>
            from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
            from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
            select (x, y)).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
    }
}

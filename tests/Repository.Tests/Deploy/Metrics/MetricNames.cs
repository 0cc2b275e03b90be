using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Metrics;

/// <summary>The series that Prometheus gets of the instruments in the code, by the naming rules of OpenTelemetry's exporter.</summary>
internal static partial class MetricNames
{
    /// <summary>Of ASP.NET Core, .NET and Prometheus itself; seen in what a server of ours serves.</summary>
    private static readonly string[] s_foreign =
    [
        "up", "target_info", "http_server_request_duration_seconds_count", "http_server_request_duration_seconds_bucket",
        "dotnet_process_cpu_time_seconds_total", "dotnet_process_memory_working_set_bytes", "dotnet_gc_pause_time_seconds_total",
    ];

    public static IReadOnlySet<string> All { get; } = RepositoryTree.Code.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal))
        .SelectMany(file => file.Lines).SelectMany(Series).Concat(s_foreign).ToHashSet();

    /// <summary>The names of series in an expression of PromQL.</summary>
    public static IEnumerable<string> In(string expression) =>
        Name().Matches(Texts().Replace(expression, "")).Select(match => match.Value)
            .Where(name => name.Contains('_', StringComparison.Ordinal) ? name is not "histogram_quantile" : name == "up");

    private static IEnumerable<string> Series(string line)
    {
        if (Instrument().Match(line) is not { Success: true } match)
            return [];
        var (kind, name) = (match.Groups["kind"].Value, match.Groups["name"].Value.Replace('.', '_'));
        var unit = Strings().Matches(line).Select(text => text.Groups[1].Value).ElementAt(1) switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            "1" => "_ratio",
            _ => "",
        };
        var full = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        return kind switch
        {
            "Histogram" => [$"{full}_bucket", $"{full}_sum", $"{full}_count"],
            "Counter" or "ObservableCounter" => [$"{full}_total"],
            _ => [full],
        };
    }

    [GeneratedRegex("""Create(?<kind>Histogram|Counter|UpDownCounter|ObservableGauge|ObservableCounter|ObservableUpDownCounter)(<\w+>)?\("(?<name>[a-z.]+)",""")]
    private static partial Regex Instrument();

    /// <summary>Texts of the call but not of tags within it, which stand in calls of their own.</summary>
    [GeneratedRegex("""(?<![Tt]ag\()"([^"]*)"(?=[,)])""")]
    private static partial Regex Strings();

    [GeneratedRegex("""\{[^{}]*(\{[^{}]*\}[^{}]*)*\}|"[^"]*"|by \([^)]*\)|\[[^\]]*\]""")]
    private static partial Regex Texts();

    [GeneratedRegex("[a-z][a-z0-9_]*")]
    private static partial Regex Name();
}

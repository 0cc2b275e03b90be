using System.Globalization;
using System.Text;
using ClipOrleans.EndToEnd.Cluster.Load;

namespace ClipOrleans.EndToEnd.Cluster.Course;

/// <summary>What a course did, as a table. What is wrong is not counted: it ends the course, and the report says so.</summary>
internal sealed class CourseReport
{
    private readonly List<(string Event, TimeSpan? Gap, LoadMoment Load)> _events = [];

    /// <summary>Rounds that there was no time for.</summary>
    public int LeftOut { get; set; }

    /// <summary>What ended the course before its time.</summary>
    public string? Fault { get; set; }

    /// <param name="what">Events of one name share a row.</param>
    /// <param name="gap">Until searches were whole again; null where nothing is awaited.</param>
    /// <param name="load">What the clients saw from its beginning until the cluster was settled.</param>
    public void Add(string what, TimeSpan? gap, LoadMoment load) => _events.Add((what, gap, load));

    /// <summary>The longest time until searches were whole again, of all events whose name begins so.</summary>
    public TimeSpan Longest(string what) => Of(what).Max(static one => one.Gap) ?? TimeSpan.Zero;

    /// <summary>Requests that failed in all events whose name begins so.</summary>
    public int Failed(string what) => Of(what).Sum(static one => one.Load.Failed);

    /// <param name="load">Of the whole course.</param>
    /// <param name="verified">Documents that were read back and compared.</param>
    public string Render(LoadFigures load, int verified)
    {
        var text = new StringBuilder()
            .AppendLine("| event | times | searches whole again, s: p50 | max | requests | failed | partial answers | failed, by kind |")
            .AppendLine("|---|---:|---:|---:|---:|---:|---:|---|");
        foreach (var row in _events.GroupBy(static one => one.Event))
        {
            var gaps = row.Select(static one => one.Gap).OfType<TimeSpan>().Order().ToList();
            var sum = row.Select(static one => one.Load).Aggregate(static (one, other) => one.And(other));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Key} | {row.Count()} | {Seconds(gaps, gaps.Count / 2)} | {Seconds(gaps, gaps.Count - 1)} | {sum.Requests} | {sum.Failed} | {sum.Partial} | {Kinds(sum)} |");
        }

        text.AppendLine().AppendLine("| over all | |").AppendLine("|---|---:|");
        foreach (var (what, figure) in ((string, int)[])
        [
            ("requests", load.Requests), ("failed", load.Failed), ("documents acknowledged", load.Acknowledged), ("read back right after their write", load.ReadBack),
            ("hits checked", load.Hits), ("exact answers compared with brute force", load.Brute), ("documents compared with the ledger while nobody wrote", verified),
        ])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {figure} |");
        }

        if (Fault is null)
        {
            foreach (var fault in (string[])["acknowledged writes lost", "writes done twice", "wrong answers"])
                text.AppendLine(CultureInfo.InvariantCulture, $"| {fault} | 0 |");
        }
        else
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"**The course ended before its time**: {Fault}");
        }

        if (LeftOut > 0)
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{LeftOut} steps were left out: there was no time.");
        return text.ToString();
    }

    private IEnumerable<(string Event, TimeSpan? Gap, LoadMoment Load)> Of(string what) => _events.Where(one => one.Event.StartsWith(what, StringComparison.Ordinal));

    private static string Seconds(List<TimeSpan> gaps, int place) => gaps.Count == 0 ? "-" : gaps[place].TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);

    private static string Kinds(LoadMoment load) => load.Failed == 0 ? "-"
        : string.Join(", ", load.FailedByKind.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Value} × {pair.Key}"));
}

using System.Text;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>What a campaign did, for the report: a check that fails ends it, so that it says nothing that was not seen.</summary>
internal sealed class CrashFigures
{
    public int Rounds { get; set; }

    public int RandomKills { get; set; }

    public int PointKills { get; set; }

    public int KillsWhileOpening { get; set; }

    public long Acknowledged { get; set; }

    public int InFlight { get; set; }

    public long HitsChecked { get; set; }

    public long DocumentsVerified { get; set; }

    public int BackupsRestored { get; set; }

    /// <summary>By compaction: segments before the first that the shards still have.</summary>
    public int SegmentsGivenBack { get; set; }

    public string Render(NamedPoints points)
    {
        var text = new StringBuilder()
            .AppendLine("| what | figure |").AppendLine("|---|---:|")
            .Append("| rounds | ").Append(Rounds).AppendLine(" |")
            .Append("| kills at a random moment under load | ").Append(RandomKills).AppendLine(" |")
            .Append("| kills at a named point | ").Append(PointKills).AppendLine(" |")
            .Append("| … of these while the server started or opened the index | ").Append(KillsWhileOpening).AppendLine(" |")
            .Append("| named points there are | ").Append(points.All.Count).AppendLine(" |")
            .Append("| named points at which the server died at least once | ").Append(points.All.Values.Count(point => point.Hits > 0)).AppendLine(" |")
            .Append("| documents acknowledged | ").Append(Acknowledged).AppendLine(" |")
            .Append("| documents in flight at a kill | ").Append(InFlight).AppendLine(" |")
            .Append("| hits checked during the load | ").Append(HitsChecked).AppendLine(" |")
            .Append("| documents read back after a kill | ").Append(DocumentsVerified).AppendLine(" |")
            .Append("| backups that survived a kill, restored and read | ").Append(BackupsRestored).AppendLine(" |");
        text.Append("| segments of the logs given back by compaction | ").Append(SegmentsGivenBack).AppendLine(" |");
        foreach (var fault in (string[])["acknowledged documents lost", "half documents", "phantoms", "wrong counts, filters, facets", "wrong hits"])
            text.Append("| ").Append(fault).AppendLine(" | 0 |");
        text.AppendLine().AppendLine("Died there, by operation and file (most passages of a point in one round in brackets; a dash: there is no such point):").AppendLine()
            .AppendLine("| operation | before | amid | after |").AppendLine("|---|---:|---:|---:|");
        foreach (var operation in points.All.Keys.Select(static name => name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Distinct().Order(StringComparer.Ordinal))
        {
            text.Append("| ").Append(operation);
            foreach (var moment in (string[])["before", "amid", "after"])
                text.Append(" | ").Append(points.All.TryGetValue($"{moment} {operation}", out var point) ? $"{point.Hits} ({point.MostPassages})" : "-");
            text.AppendLine(" |");
        }

        return text.ToString();
    }
}

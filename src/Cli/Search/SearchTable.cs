using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.Client.Search;
using Spectre.Console;

namespace ClipOrleans.Cli.Search;

/// <summary>Hits as a table: rank, score, id and a column for each metadata member that some hit has.</summary>
internal static class SearchTable
{
    /// <summary>More columns than this leave none of them readable.</summary>
    private const int MostColumns = 6;

    public static Table Build(IReadOnlyList<SearchHit> hits, int offset = 0, IReadOnlyList<string>? columns = null)
    {
        columns ??= ColumnsOf(hits);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("#").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("score").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("id").NoWrap());
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        for (var i = 0; i < hits.Count; i++)
        {
            var hit = hits[i];
            var rank = (offset + i + 1).ToString(CultureInfo.InvariantCulture);
            var score = hit.Score.ToString("0.000", CultureInfo.InvariantCulture);
            table.AddRow([rank, score, Cell(hit.Id), .. columns.Select(column => Cell(Text(hit.Metadata?[column])))]);
        }
        return table;
    }

    public static string Summary(SearchResponse answer)
    {
        var line = $"{answer.Total:N0} documents match";
        if (answer.TookMs is { } took)
            line += string.Create(CultureInfo.InvariantCulture, $"; {took.Total:0.0} ms, of which embedding {took.Encode:0.0} and search {took.Search:0.0}");
        if (answer.Exact)
            line += "; exact";
        return answer.Partial && answer.Shards is { } shards
            ? $"{line}; [yellow]partial: {shards.Failed} of {shards.Total} shards did not answer[/]"
            : line;
    }

    public static string Describe(IReadOnlyList<FacetValue> facet) =>
        string.Join(", ", facet.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Value} {value.Count:N0}")));

    private static List<string> ColumnsOf(IReadOnlyList<SearchHit> hits)
    {
        var seen = new List<string>();
        foreach (var name in hits.SelectMany(hit => hit.Metadata ?? []).Select(member => member.Key))
        {
            if (!seen.Contains(name))
                seen.Add(name);
            if (seen.Count == MostColumns)
                break;
        }
        return seen;
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(Text)),
        JsonObject inner => inner.ToJsonString(),
        _ => value.ToString(),
    };

    /// <summary>Control characters of stored metadata must not steer the terminal.</summary>
    private static string Cell(string text) => Markup.Escape(new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]));
}

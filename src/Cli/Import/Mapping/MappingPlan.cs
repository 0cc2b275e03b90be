using System.Text;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Import.Rows;

namespace ClipOrleans.Cli.Import.Mapping;

/// <summary>What a document is embedded from.</summary>
internal enum PartKind
{
    ImageFile,
    ImageUrl,
    ImageBase64,
    Text,
    Vector,
}

/// <summary>A column that may hold what a document is embedded from.</summary>
internal sealed record PartColumn(PartKind Kind, string Column);

/// <summary>Which column means what, settled before the first row is read.</summary>
/// <param name="IdColumn">Null: rows are named by their number.</param>
/// <param name="Parts">In the order in which they are tried: the first one that is not empty counts.</param>
/// <param name="Maps">Empty: every other column becomes metadata under its own name.</param>
internal sealed record MappingPlan(
    string? IdColumn, IReadOnlyList<PartColumn> Parts, IReadOnlyList<ColumnMapping> Maps, string ImageFolder, string ListSeparator)
{
    public const string MetadataColumn = "metadata";

    /// <summary>The names of the API, and how spreadsheets often spell them.</summary>
    private static readonly (PartKind Kind, string Name)[] Defaults =
    [
        (PartKind.ImageFile, "image"),
        (PartKind.ImageUrl, "imageUrl"),
        (PartKind.ImageUrl, "image_url"),
        (PartKind.ImageBase64, "imageBase64"),
        (PartKind.Text, "text"),
        (PartKind.Vector, "vector"),
    ];

    /// <param name="header">The columns of every row, or null when rows may differ.</param>
    /// <exception cref="CliError">A column that was named is not there, or nothing tells what to embed.</exception>
    public static MappingPlan Settle(MappingOptions options, IReadOnlyList<string>? header, IRowSource source)
    {
        var named = new (PartKind Kind, string? Column)[]
        {
            (PartKind.ImageFile, options.ImageColumn), (PartKind.ImageUrl, options.ImageUrlColumn),
            (PartKind.Text, options.TextColumn), (PartKind.Vector, options.VectorColumn),
        };
        var parts = named.Where(part => part.Column is not null).Select(part => new PartColumn(part.Kind, part.Column!)).ToList();
        if (header is not null)
            RequireColumns(parts.Select(part => part.Column).Append(options.IdColumn).Concat(options.Maps.Select(map => map.Column)), header);
        if (parts.Count == 0)
            parts = DefaultParts(header);
        if (parts.Count == 0)
            throw CliError.Usage("No column says what to embed", $"Name one with --image-column, --image-url-column, --text-column or --vector-column; there are {Quote(header!)}");
        var id = options.IdColumn ?? (header is null ? "id" : header.FirstOrDefault(name => Same(name, "id")));
        return new MappingPlan(id, parts, options.Maps, options.ImageFolder ?? source.ImageFolder, options.ListSeparator);
    }

    /// <summary>All that decides what a row becomes: another text means that earlier work does not count.</summary>
    public string Describe()
    {
        var text = new StringBuilder($"id={IdColumn}\nfolder={ImageFolder}\nlist={ListSeparator}\n");
        foreach (var part in Parts)
            text.Append(part.Kind).Append('=').Append(part.Column).Append('\n');
        foreach (var map in Maps)
            text.Append(map.Column).Append("->").Append(map.Field).Append(':').Append(map.Type).Append('\n');
        return text.ToString();
    }

    /// <summary>In a table one column decides; rows of NDJSON may each have another one.</summary>
    private static List<PartColumn> DefaultParts(IReadOnlyList<string>? header)
    {
        if (header is null)
            return [.. Defaults.Select(each => new PartColumn(each.Kind, each.Name))];
        var found = Defaults
            .Select(each => (each.Kind, Column: header.FirstOrDefault(name => Same(name, each.Name))))
            .FirstOrDefault(each => each.Column is not null);
        return found.Column is null ? [] : [new PartColumn(found.Kind, found.Column)];
    }

    private static void RequireColumns(IEnumerable<string?> columns, IReadOnlyList<string> header)
    {
        if (columns.FirstOrDefault(column => column is not null && !header.Contains(column)) is { } missing)
            throw CliError.Usage($"There is no column \"{missing}\"", $"There are {Quote(header)}");
    }

    private static string Quote(IReadOnlyList<string> header) => string.Join(", ", header.Select(name => $"\"{name}\""));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

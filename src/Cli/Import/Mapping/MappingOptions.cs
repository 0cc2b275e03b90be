namespace ClipOrleans.Cli.Import.Mapping;

/// <summary>What the command line says about columns; null where it says nothing.</summary>
internal sealed record MappingOptions
{
    public string? IdColumn { get; init; }

    public string? ImageColumn { get; init; }

    public string? ImageUrlColumn { get; init; }

    public string? TextColumn { get; init; }

    public string? VectorColumn { get; init; }

    public IReadOnlyList<ColumnMapping> Maps { get; init; } = [];

    public string? ImageFolder { get; init; }

    public string ListSeparator { get; init; } = "|";
}

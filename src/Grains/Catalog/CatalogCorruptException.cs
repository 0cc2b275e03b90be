namespace ClipOrleans.Grains.Catalog;

/// <summary>A file of the catalog is not what was written. Nothing of it was used.</summary>
internal sealed class CatalogCorruptException(string file, string reason, Exception? inner = null)
    : Exception($"{file}: {reason}", inner)
{
    public string File { get; } = file;

    public string Reason { get; } = reason;
}

using System.Globalization;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>
/// What a file of a snapshot is called: kind, number, epoch of the engine that wrote it, and the same name with ".bad"
/// once it was set aside. No two engines ever write to one name, since each has an epoch of its own.
/// </summary>
/// <param name="Kind">One of the kinds below.</param>
/// <param name="Number">Of a snapshot, its rows and its codes: the record it covers the log up to. Of vectors: counted by the engine.</param>
/// <param name="Epoch">Of the writer.</param>
internal readonly record struct SnapshotName(string Kind, long Number, long Epoch)
{
    public const string Snapshot = "snapshot";
    public const string Rows = "rows";
    public const string Codes = "codes";
    public const string Vectors = "vectors";
    public const string BadSuffix = ".bad";
    public const string TemporarySuffix = ".tmp";

    private static readonly string[] Kinds = [Snapshot, Rows, Codes, Vectors];

    /// <summary>A file of any snapshot, whole, temporary or set aside.</summary>
    public static bool IsAny(string file) => Kinds.Any(kind => file.StartsWith(kind + ".", StringComparison.Ordinal));

    public static bool TryParse(string file, out SnapshotName name)
    {
        name = default;
        var parts = file.Split('.');
        if (parts.Length != 3 || !Kinds.Contains(parts[0])
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
            return false;
        name = new SnapshotName(parts[0], number, epoch);
        return name.ToString() == file;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}.{Number}.{Epoch}");
}

using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Backup;

/// <summary>A file of a backup.</summary>
/// <param name="Name">Its name in the folder of its shard.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Checksum">XxHash3 (64 bits) of its bytes, 16 hexadecimal digits.</param>
public sealed record BackupFile(string Name, long Length, string Checksum);

/// <summary>The copy of one shard: all records of its log up to one.</summary>
/// <param name="Documents">How many documents those records make.</param>
/// <param name="Sequence">Number of the last record.</param>
/// <param name="IndexVersion">The version of the index that the shard had.</param>
/// <param name="Files">All of its files.</param>
public sealed record BackupShard(long Documents, long Sequence, long IndexVersion, IReadOnlyList<BackupFile> Files);

/// <summary>A declared field of the index.</summary>
public sealed record BackupField(string Name, string Type);

/// <summary>What <c>backup.json</c> says: which index was copied when, how it was described, and every file with its checksum.</summary>
/// <param name="Id">Of the backup, unique in its index.</param>
/// <param name="Index">The name that the index had.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="IndexVersion">The version of the description; no shard is of a newer one.</param>
/// <param name="Shards">By number.</param>
public sealed record BackupManifest(
    string Id,
    string Index,
    DateTimeOffset CreatedAt,
    long IndexVersion,
    string Model,
    string ModelRevision,
    int Dimensions,
    IReadOnlyList<BackupField> Fields,
    double TargetRecall,
    string KeepImages,
    string Quantization,
    IReadOnlyList<BackupShard> Shards)
{
    /// <summary>The format version that this program writes. It reads every one up to it.</summary>
    public const int Format = 1;

    public const string FileName = "backup.json";

    /// <summary>Bytes of a manifest at most: some hundred thousand files.</summary>
    public const int MaxBytes = 32 << 20;

    private const int MaxShards = 65_536;

    /// <summary>Of documents and bytes: what is added to them must still be a number.</summary>
    private const long MaxNumber = 1L << 53;

    public long Documents => Shards.Sum(static shard => shard.Documents);

    /// <summary>Bytes of all files but the manifest.</summary>
    public long Bytes => Shards.Sum(static shard => shard.Files.Sum(static file => file.Length));

    /// <summary>All files but the manifest, with their paths in the backup; <c>/</c> separates.</summary>
    public IEnumerable<(string Path, BackupFile File)> AllFiles =>
        Shards.SelectMany(static (shard, number) => shard.Files.Select(file => (PathOf(number, file.Name), file)));

    public static string PathOf(int shard, string file) => string.Create(CultureInfo.InvariantCulture, $"shards/{shard}/{file}");

    /// <summary>Compares a shard's own description with that of the index.</summary>
    /// <param name="number">Of the shard.</param>
    /// <param name="json">The bytes of its <c>shard.json</c>.</param>
    /// <exception cref="ShardCorruptException">It is no shard's, or another index's.</exception>
    internal void CheckShard(int number, ReadOnlySpan<byte> json)
    {
        var path = PathOf(number, "shard.json");
        var shard = ShardManifest.Parse(json, path).Descriptor;
        if (shard.Dimensions != Dimensions || shard.Model != Model || shard.ModelRevision != ModelRevision)
            throw new ShardCorruptException(path, $"a shard of {shard.Dimensions} dimensions of '{shard.Model}', in a backup of {Dimensions} of '{Model}'.");
    }

    public byte[] ToJson()
    {
        var document = new BackupDocument(Format, this, Checksum: "");
        return JsonSerializer.SerializeToUtf8Bytes(document with { Checksum = Hash(document) }, BackupJson.Default.BackupDocument);
    }

    /// <param name="json">The bytes of the file.</param>
    /// <param name="file">Its name, for the message.</param>
    /// <exception cref="ShardCorruptException">It is not what was written, or of a newer format.</exception>
    public static BackupManifest Parse(ReadOnlySpan<byte> json, string file)
    {
        try
        {
            if (ReadFormat(json) is var format && format is < 1 or > Format)
                throw new ShardCorruptException(file, $"format version {format}; this program reads 1 to {Format}.");
            var document = JsonSerializer.Deserialize(json, BackupJson.Default.BackupDocument)!;
            if (document.Checksum != Hash(document with { Checksum = "" }))
                throw new ShardCorruptException(file, "its values do not fit its checksum.");
            document.Backup.Check();
            return document.Backup;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new ShardCorruptException(file, $"not the manifest of a backup: {e.Message}", e);
        }
    }

    private static int ReadFormat(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("format", out var member) && member.TryGetInt32(out var format) ? format : 0;
    }

    /// <summary>Names become paths, and numbers sizes: none is taken unseen.</summary>
    private void Check()
    {
        if (Fields.Contains(null!) || Shards.Contains(null!) || Shards.Any(static shard => shard.Files.Contains(null!)))
            throw new FormatException("null, where there is a field, a shard or a file.");
        if (IndexVersion < 1)
            throw new FormatException($"version {IndexVersion} of an index.");
        if (Shards.Count is < 1 or > MaxShards)
            throw new FormatException($"{Shards.Count} shards.");
        foreach (var shard in Shards)
        {
            var names = shard.Files.Select(static file => file.Name).ToHashSet(StringComparer.Ordinal);
            if (names.Count != shard.Files.Count || !names.Contains("shard.json") || !names.Contains("commit.mark"))
                throw new FormatException("a shard without shard.json or commit.mark, or with a file twice.");
            if (shard.Files.FirstOrDefault(static file => !IsOfShard(file.Name)) is { } foreign)
                throw new FormatException($"'{foreign.Name}' is no file of a shard.");
            if (!names.Any(static name => ShardFiles.TryParseSegment(name, out _)))
                throw new FormatException("a shard without a log.");
            if (shard.Files.Any(static file => file.Length is < 0 or > MaxNumber) || shard.Documents is < 0 or > MaxNumber)
                throw new FormatException("a number below 0, or beyond all that can be stored.");
            if (shard.IndexVersion > IndexVersion)
                throw new FormatException($"a shard at version {shard.IndexVersion} of an index at {IndexVersion}.");
        }

        if (checked(Bytes) > MaxNumber || Documents > MaxNumber)
            throw new FormatException("more than can be stored.");
    }

    private static bool IsOfShard(string name) =>
        name is "shard.json" or "commit.mark"
        || (ShardFiles.TryParseSegment(name, out var number) && name == string.Create(CultureInfo.InvariantCulture, $"log.{number}"));

    private static string Hash(BackupDocument document) =>
        XxHash3.HashToUInt64(JsonSerializer.SerializeToUtf8Bytes(document, BackupJson.Default.BackupDocument)).ToString("x16", CultureInfo.InvariantCulture);
}

/// <param name="Checksum">XxHash3 (64 bits) of the file as it is with nothing between these quotes.</param>
internal sealed record BackupDocument(int Format, BackupManifest Backup, string Checksum);

[JsonSerializable(typeof(BackupDocument))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    IgnoreReadOnlyProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
internal sealed partial class BackupJson : JsonSerializerContext;

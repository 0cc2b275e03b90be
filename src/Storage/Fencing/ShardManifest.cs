using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Storage.Fencing;

/// <summary>Who opened the shard: for the operator who finds it locked, and for another owner who asks whether this one is gone.</summary>
internal sealed record ShardOwner(int ProcessId, string Machine, string Name, DateTimeOffset OpenedAt);

/// <summary>
/// What shard.json says. Its bytes are indented JSON for people; the checksum is over the values, so that a flipped digit
/// is noticed and a moved space is not.
/// </summary>
internal sealed record ShardManifest(long Epoch, LogGeometry Geometry, ShardDescriptor Descriptor, ShardOwner? Owner)
{
    public const int Format = 1;

    /// <summary>In the log only: where it begins from this record on. What an unbroken log begins behind is missing.</summary>
    public long LogBegin { get; init; } = LogGeometry.FirstAddress;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(ToDocument(), ManifestJson.Default.ManifestDocument);

    /// <exception cref="ShardCorruptException">It is not what was written, or of another format version.</exception>
    public static ShardManifest Parse(ReadOnlySpan<byte> json, string file)
    {
        ManifestDocument document;
        try
        {
            document = JsonSerializer.Deserialize(json, ManifestJson.Default.ManifestDocument)
                ?? throw new ShardCorruptException(file, "it holds null.");
        }
        catch (JsonException e)
        {
            throw new ShardCorruptException(file, $"not the JSON of a shard: {e.Message}", e);
        }

        if (document.Format != Format)
            throw new ShardCorruptException(file, $"format version {document.Format}; this program reads {Format}.");
        if (document.Checksum != Hash(document))
            throw new ShardCorruptException(file, "its values do not fit its checksum. With this file moved away the shard is restored from its log.");
        try
        {
            return FromDocument(document);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new ShardCorruptException(file, e.Message, e);
        }
    }

    private ManifestDocument ToDocument()
    {
        var document = new ManifestDocument(
            Format,
            Epoch,
            Geometry.PageSizeBits,
            Geometry.SegmentSizeBits,
            Descriptor.IndexVersion,
            Descriptor.Model,
            Descriptor.ModelRevision,
            Descriptor.Dimensions,
            Descriptor.TargetRecall,
            [.. Descriptor.Schema.Fields.Select(field => new ManifestField(field.Name, FieldTypes.ToName(field.Type)))],
            Owner,
            Checksum: "")
        {
            Quantization = Descriptor.Quantization == Quantization.Auto ? null : Quantizations.ToName(Descriptor.Quantization),
            LogBegin = LogBegin == LogGeometry.FirstAddress ? null : LogBegin,
        };
        return document with { Checksum = Hash(document) };
    }

    private static ShardManifest FromDocument(ManifestDocument document)
    {
        if (document.Fields.Contains(null!))
            throw new FormatException("null, where there is a field.");
        if (document.LogBegin is < LogGeometry.FirstAddress or > LogGeometry.LastAddress)
            throw new FormatException($"no log begins at {document.LogBegin}.");
        var fields = document.Fields.Select(field => FieldTypes.TryParse(field.Type, out var type)
            ? new FieldDefinition(field.Name, type)
            : throw new FormatException($"field '{field.Name}' is of the unknown type '{field.Type}'."));
        var descriptor = new ShardDescriptor(
            document.IndexVersion,
            document.Model,
            document.ModelRevision,
            document.Dimensions,
            new FieldSchema([.. fields]),
            document.TargetRecall,
            ReadQuantization(document.Quantization));
        descriptor.Check();
        var geometry = new LogGeometry(document.PageSizeBits, document.SegmentSizeBits);
        geometry.Check();
        return document.Epoch is >= 1 and <= RecordHeader.MaxNumber
            ? new ShardManifest(document.Epoch, geometry, descriptor, document.Owner) { LogBegin = document.LogBegin ?? LogGeometry.FirstAddress }
            : throw new FormatException($"there is no epoch {document.Epoch}.");
    }

    private static Quantization ReadQuantization(string? name) =>
        name is null ? Quantization.Auto
        : Quantizations.TryParse(name, out var quantization) ? quantization
        : throw new FormatException($"the quantization '{name}' is unknown.");

    private static string Hash(ManifestDocument document) =>
        XxHash3.HashToUInt64(JsonSerializer.SerializeToUtf8Bytes(document with { Checksum = "" }, ManifestJson.Default.ManifestDocument))
            .ToString("x16", CultureInfo.InvariantCulture);
}

internal sealed record ManifestField(string Name, string Type);

internal sealed record ManifestDocument(
    int Format,
    long Epoch,
    int PageSizeBits,
    int SegmentSizeBits,
    long IndexVersion,
    string Model,
    string ModelRevision,
    int Dimensions,
    double TargetRecall,
    IReadOnlyList<ManifestField> Fields,
    ShardOwner? Owner,
    string Checksum)
{
    /// <summary>Absent for auto, as in the files of programs that knew no choice: their checksums still hold, and they can read ours.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Quantization { get; init; }

    /// <summary>Absent while the log begins where it began.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? LogBegin { get; init; }
}

[JsonSerializable(typeof(ManifestDocument))]
[JsonSerializable(typeof(ShardOwner))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
internal sealed partial class ManifestJson : JsonSerializerContext;

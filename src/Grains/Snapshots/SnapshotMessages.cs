using System.Collections.Immutable;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Grains.Snapshots;

/// <summary>The messages of the wire and the manifest of a backup, one into the other.</summary>
internal static class SnapshotMessages
{
    private const int MaxFieldNameLength = 128;

    public static ShardCopy ToMessage(BackupShard copy) => new(
        copy.Documents, copy.Sequence, copy.IndexVersion, [.. copy.Files.Select(static file => new CopiedFile(file.Name, file.Length, file.Checksum))]);

    public static BackupShard ToStored(ShardCopy copy) => new(
        copy.Documents, copy.Sequence, copy.IndexVersion, [.. copy.Files.Select(static file => new BackupFile(file.Name, file.Length, file.Checksum))]);

    public static SnapshotInfo ToInfo(BackupManifest manifest) => new(
        manifest.Id, manifest.Index, manifest.CreatedAt, SnapshotState.Ready, manifest.Shards.Count, manifest.Documents, manifest.Bytes);

    public static ImmutableArray<SnapshotFile> ToFiles(BackupManifest manifest) =>
        [.. manifest.AllFiles.Select(static file => new SnapshotFile(file.Path, file.File.Length))];

    public static BackupManifest ToManifest(SnapshotInfo info, IndexDescription index, IEnumerable<ShardCopy> copies) => new(
        info.Id,
        info.Index,
        info.CreatedAt,
        index.Version,
        index.Spec.Model,
        index.Spec.ModelRevision,
        index.Spec.Dimensions,
        [.. index.Spec.Fields.Select(static field => new BackupField(field.Name, field.Type))],
        index.Spec.TargetRecall,
        NameOf(index.Spec.KeepImages),
        NameOf(index.Spec.Quantization),
        [.. copies.Select(ToStored)]);

    /// <summary>The index that a manifest describes. It may come from anywhere, so that each value is looked at.</summary>
    /// <returns>The spec, or backup-damaged.</returns>
    public static Result<IndexSpec> ToSpec(BackupManifest manifest, string name)
    {
        var fields = manifest.Fields.Select(static field => new FieldSpec(field.Name, field.Type)).ToImmutableArray();
        var possible = manifest.Shards.Count <= Limits.MaxShards
            && manifest.Dimensions is >= 1 and <= Limits.MaxDimensions
            && manifest.TargetRecall is >= 0.1 and <= 1
            && manifest.Model.Length is >= 1 and <= MaxFieldNameLength
            && fields.Length <= Limits.MaxFields
            && fields.DistinctBy(static field => field.Name).Count() == fields.Length
            && fields.All(static field => field.Name.Length is >= 1 and <= MaxFieldNameLength && field.Name[0] != '$' && FieldTypes.TryParse(field.Type, out _));
        return possible && TryParse<KeepImages>(manifest.KeepImages, out var keep) && TryParse<Quantization>(manifest.Quantization, out var quantization)
            ? new IndexSpec(name, manifest.Model, manifest.ModelRevision, manifest.Dimensions, fields, manifest.Shards.Count, manifest.TargetRecall, keep, quantization)
            : Error.Of(Slugs.BackupDamaged, $"{BackupManifest.FileName}: it describes an index that cannot be.");
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static bool TryParse<T>(string name, out T value)
        where T : struct, Enum =>
        Enum.TryParse(name, ignoreCase: true, out value) && NameOf(value) == name && Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture) != 0;
}

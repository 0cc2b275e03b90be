using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Grains.Shards;

/// <summary>The messages of the wire and the values of the shard engine, one into the other. Nothing is decided here.</summary>
internal static class ShardMessages
{
    /// <summary>Which file and which error is the log's to tell: callers are not told of folders.</summary>
    private const string NoWrites = "No writes are taken at the moment, searches are: the disk is full or fails, and the server's log tells how.";

    /// <exception cref="ArgumentException">A field has no known type.</exception>
    public static ShardDescriptor ToDescriptor(ShardSpec spec) => new(
        spec.IndexVersion, spec.Model, spec.ModelRevision, spec.Dimensions, ToSchema(spec.Fields), spec.TargetRecall, ToQuantization(spec.Quantization));

    public static StoredOperation ToStored(DocumentOperation operation) => new()
    {
        Kind = operation.Kind switch
        {
            OperationKind.Upsert => StoredOperationKind.Upsert,
            OperationKind.PatchMetadata => StoredOperationKind.PatchMetadata,
            OperationKind.Delete => StoredOperationKind.Delete,
            _ => throw new ArgumentException($"There is no operation {operation.Kind}.", nameof(operation)),
        },
        Id = operation.Id,
        Vector = operation.Vector,
        Metadata = operation.Metadata,
        ImageUrl = operation.ImageUrl,
        Text = operation.Text,
        Image = operation.Image,
        ImageContentType = operation.ImageContentType,
    };

    public static DocumentBatchResult ToResult(WriteResult written) =>
        new([.. written.Outcomes.Select(ToOutcome)], written.Sequence);

    public static DocumentRow ToRow(StoredDocument document) => new(
        document.Id,
        ToArray(document.Metadata),
        document.ImageUrl,
        document.Text,
        document.Model,
        document.ModelRevision,
        document.CreatedAt,
        document.UpdatedAt,
        document.HasImage,
        document.Vector is { } vector ? ToArray(vector) : null);

    public static ShardStatus ToStatus(ShardStats stats, int shard, ILocalSiloDetails silo) => new(
        shard, ShardState.Ready, Percent: 100, stats.Documents, stats.BytesOnDisk, stats.BytesInMemory,
        stats.Sequence, stats.Epoch, silo.Name, stats.ReadOnlyReason is null ? null : NoWrites,
        new MemoryBytes(stats.Memory.Vectors, stats.Memory.Codes, stats.Memory.Other, stats.Memory.Mapped),
        ToCodes(stats.Maintenance.Codes),
        [.. stats.Maintenance.Recall.Select(band => new RecallBand(band.Selectivity, band.Recall, band.Low, band.High, band.Queries, band.Effort))],
        stats.Compaction.DeadBytes,
        silo.SiloAddress.ToParsableString());

    public static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment is { Offset: 0, Array: { } whole } && whole.Length == segment.Count
            ? whole
            : bytes.ToArray();

    private static ShardCodes ToCodes(CodesState codes) => codes switch
    {
        CodesState.Exact => ShardCodes.Exact,
        CodesState.Training => ShardCodes.Training,
        CodesState.Trained => ShardCodes.Trained,
        _ => throw new InvalidOperationException($"The shard engine gave the state {codes} of codes."),
    };

    private static WriteOutcome ToOutcome(StoredOutcome outcome) => new(
        outcome.Status switch
        {
            StoredStatus.Created => WriteStatus.Created,
            StoredStatus.Updated => WriteStatus.Updated,
            StoredStatus.Deleted => WriteStatus.Deleted,
            StoredStatus.NotFound => WriteStatus.NotFound,
            StoredStatus.Failed => WriteStatus.Failed,
            _ => throw new InvalidOperationException($"The shard engine gave the status {outcome.Status}."),
        },
        outcome.Status is StoredStatus.Failed ? ToError(outcome) : null);

    private static Error ToError(StoredOutcome outcome)
    {
        var detail = outcome.Detail ?? "The shard refused the document.";
        return outcome is { Reason: { } slug, Pointer: { } pointer }
            ? Error.At(slug, detail, "/metadata" + pointer)
            : Error.Of(outcome.Reason ?? Slugs.Internal, detail);
    }

    private static Vectors.Quantization ToQuantization(Quantization quantization) => quantization switch
    {
        // A process that knows no choice leaves it out.
        Quantization.Invalid or Quantization.Auto => Vectors.Quantization.Auto,
        Quantization.None => Vectors.Quantization.None,
        Quantization.Int8 => Vectors.Quantization.Int8,
        Quantization.Binary => Vectors.Quantization.Binary,
        _ => throw new ArgumentException($"There is no quantization {quantization}.", nameof(quantization)),
    };

    private static FieldSchema ToSchema(ImmutableArray<FieldSpec> fields) => new(
    [
        .. fields.Select(field => FieldTypes.TryParse(field.Type, out var type)
            ? new FieldDefinition(field.Name, type)
            : throw new ArgumentException($"The field '{field.Name}' has the unknown type '{field.Type}'.", nameof(fields))),
    ]);
}

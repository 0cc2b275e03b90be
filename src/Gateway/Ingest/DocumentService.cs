using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;
using Orleans.Concurrency;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>Single documents, and deleting many.</summary>
internal sealed class DocumentService(IndexDirectory directory, GrainCalls calls, ShardWriter writer, TimeProvider clock)
{
    /// <returns>The document, or document-not-found.</returns>
    public async Task<Result<DocumentRow>> GetAsync(OpenIndex index, string id, bool includeVector)
    {
        var rows = await AskAsync(() => ShardOf(index, id).Read(new ReadDocuments(index.Version, [id], includeVector)));
        if (!rows.IsSuccess)
            return rows.Error;
        return rows.Value[0] is { } row ? row : NotFound(index, id);
    }

    /// <returns>The kept image, or document-not-found, or image-not-found.</returns>
    public Task<Result<StoredImage>> GetImageAsync(OpenIndex index, string id) =>
        AskAsync(() => ShardOf(index, id).ReadImage(index.Version, id));

    /// <param name="index">The index.</param>
    /// <param name="id">The document.</param>
    /// <param name="patch">A merge patch, canonical UTF-8 JSON.</param>
    /// <returns>The document as it is afterwards, or document-not-found, or why the result would not be allowed.</returns>
    public async Task<Result<DocumentRow>> PatchAsync(OpenIndex index, string id, byte[] patch)
    {
        var outcome = await WriteOneAsync(index, new DocumentOperation(OperationKind.PatchMetadata, id, Metadata: patch));
        if (!outcome.IsSuccess)
            return outcome.Error;
        // The write may have learnt of a newer version of the index.
        return await directory.WithAsync(index.Tenant, index.Name, fresh => GetAsync(fresh, id, includeVector: false));
    }

    /// <returns>Null, or document-not-found.</returns>
    public async Task<Error?> DeleteAsync(OpenIndex index, string id) =>
        (await WriteOneAsync(index, new DocumentOperation(OperationKind.Delete, id))).Error;

    /// <returns>How many of them were there.</returns>
    public async Task<Result<long>> DeleteAsync(OpenIndex index, IReadOnlyList<string> ids)
    {
        var outcomes = await writer.WriteAsync(index, [.. ids.Distinct(StringComparer.Ordinal).Select(id => new DocumentOperation(OperationKind.Delete, id))]);
        var deleted = 0L;
        foreach (var outcome in outcomes)
        {
            if (ErrorOf(index, "", outcome) is { } error && error.Slug != Slugs.DocumentNotFound)
                return error;
            deleted += outcome.IsSuccess && outcome.Value.Status == WriteStatus.Deleted ? 1 : 0;
        }

        return deleted;
    }

    /// <returns>How many matched and are gone. When it fails, some shards may have deleted already; it is safe to repeat.</returns>
    public async Task<Result<long>> DeleteMatchingAsync(OpenIndex index, byte[] filter)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, index.Shards).Select(shard =>
            new WriteAttempts<long>(notAfter => directory.Shard(index, shard).DeleteMatching(index.Version, new Immutable<byte[]>(filter), notAfter), clock)
                .RepeatAsync(calls, CallPatience.OfLongWork)));
        var failed = answers.FirstOrDefault(answer => !answer.IsSuccess);
        return failed is null ? answers.Sum(answer => answer.Value) : failed.Error!;
    }

    private async Task<Result<WriteOutcome>> WriteOneAsync(OpenIndex index, DocumentOperation operation)
    {
        var outcome = (await writer.WriteAsync(index, [operation]))[0];
        return ErrorOf(index, operation.Id, outcome) is { } error ? error : outcome;
    }

    private static Error? ErrorOf(OpenIndex index, string id, Result<WriteOutcome> outcome) => outcome switch
    {
        { IsSuccess: false } => outcome.Error,
        { Value.Status: WriteStatus.NotFound } => NotFound(index, id),
        { Value: { Status: WriteStatus.Failed, Error: { } error } } => error,
        _ => null,
    };

    private static Error NotFound(OpenIndex index, string id) =>
        Error.Of(Slugs.DocumentNotFound, $"There is no document '{Pointer.Quote(id)}' in index '{index.Name}'.");

    private Task<Result<T>> AskAsync<T>(Func<Task<Result<T>>> call, CallPatience? patience = null) => calls.RepeatAsync(call, patience ?? CallPatience.OfRead, CancellationToken.None);

    private Contracts.Grains.IShardGrain ShardOf(OpenIndex index, string id) =>
        directory.Shard(index, ShardRouting.ShardOf(id, index.Shards));
}

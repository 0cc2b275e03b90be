using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// Brings operations to the shards that own their documents: all shards at once, the operations of one document in
/// order. A shard that says that the index has changed is asked again with the new version, once.
/// </summary>
internal sealed partial class ShardWriter(
    IndexDirectory directory, GrainCalls calls, TimeProvider clock, IOptions<LimitOptions> limits, GatewayInstruments instruments, ILogger<ShardWriter> logger)
{
    /// <summary>Operations of one message: large enough to share a commit, small enough for a shard to serve others in between.</summary>
    private const int MaxOperations = 256;

    /// <summary>Bytes of one message; Orleans takes 100 MB.</summary>
    private const long MaxBytes = 32L * 1024 * 1024;

    /// <returns>One outcome an operation, in order.</returns>
    public async Task<Result<WriteOutcome>[]> WriteAsync(OpenIndex index, IReadOnlyList<DocumentOperation> operations)
    {
        using var stage = instruments.Stage("write");
        var outcomes = new Result<WriteOutcome>[operations.Count];
        var shards = Enumerable.Range(0, operations.Count).GroupBy(i => ShardRouting.ShardOf(operations[i].Id, index.Shards));
        await Task.WhenAll(shards.Select(shard => WriteShardAsync(index, shard.Key, [.. shard], operations, outcomes)));
        return outcomes;
    }

    private async Task WriteShardAsync(OpenIndex index, int shard, int[] own, IReadOnlyList<DocumentOperation> operations, Result<WriteOutcome>[] outcomes)
    {
        for (var start = 0; start < own.Length;)
        {
            var end = start;
            for (var bytes = 0L; end < own.Length && end - start < MaxOperations; end++)
            {
                bytes += SizeOf(operations[own[end]]);
                if (bytes > MaxBytes && end > start)
                    break;
            }

            index = await WriteBatchAsync(index, shard, own[start..end], operations, outcomes);
            start = end;
        }
    }

    /// <returns>The index as it is known afterwards.</returns>
    private async Task<OpenIndex> WriteBatchAsync(
        OpenIndex index, int shard, int[] own, IReadOnlyList<DocumentOperation> operations, Result<WriteOutcome>[] outcomes)
    {
        try
        {
            var answer = await SendAsync(index, shard, own, operations);
            if (IndexDirectory.IsStale(answer.Error))
                return await WriteAgainAsync(index, shard, own, operations, outcomes);
            Take(answer, own, outcomes);
        }
        catch (Exception exception)
        {
            // Other shards may have succeeded: this one's failure is the failure of its documents alone.
            LogFailed(exception, own.Length);
            Take(ThrownErrors.ToError(exception), own, outcomes);
        }

        return index;
    }

    private async Task<OpenIndex> WriteAgainAsync(
        OpenIndex index, int shard, int[] own, IReadOnlyList<DocumentOperation> operations, Result<WriteOutcome>[] outcomes)
    {
        var fresh = await directory.RereadAsync(index);
        if (!fresh.IsSuccess || fresh.Value.Description.Incarnation != index.Description.Incarnation)
        {
            Take(fresh.IsSuccess ? Recreated(index) : fresh.Error, own, outcomes);
            return index;
        }

        // The metadata was checked against the former fields.
        var documents = new DocumentReader(fresh.Value, limits.Value);
        var good = new List<int>(own.Length);
        foreach (var i in own)
        {
            if (Recheck(documents, operations[i]) is { } error)
                outcomes[i] = error;
            else
                good.Add(i);
        }

        if (good.Count > 0)
            Take(await SendAsync(fresh.Value, shard, [.. good], operations), [.. good], outcomes);
        return fresh.Value;
    }

    /// <summary>Sent until the shard answers, under one id: what was written although nobody heard of it is not written twice.</summary>
    private Task<Result<DocumentBatchResult>> SendAsync(OpenIndex index, int shard, int[] own, IReadOnlyList<DocumentOperation> operations)
    {
        var batch = new DocumentBatch(index.Version, [.. own.Select(i => operations[i])], Guid.NewGuid());
        return new WriteAttempts<DocumentBatchResult>(notAfter => directory.Shard(index, shard).Write(batch with { NotAfter = notAfter }), clock)
            .RepeatAsync(calls, CallPatience.OfWrite);
    }

    private static void Take(Result<DocumentBatchResult> answer, int[] own, Result<WriteOutcome>[] outcomes)
    {
        if (answer.IsSuccess && answer.Value.Outcomes.Length != own.Length)
            throw new InvalidDataException($"A shard answered {answer.Value.Outcomes.Length} outcomes to {own.Length} operations.");
        for (var i = 0; i < own.Length; i++)
            outcomes[own[i]] = answer.IsSuccess ? answer.Value.Outcomes[i] : answer.Error;
    }

    private static Error? Recheck(DocumentReader documents, DocumentOperation operation)
    {
        if (operation.Kind != OperationKind.Upsert || operation.Metadata is null)
            return null;
        using var metadata = System.Text.Json.JsonDocument.Parse(operation.Metadata);
        var faults = new Json.Faults();
        documents.CheckMetadata(metadata.RootElement, "/metadata", faults);
        return faults.Any ? faults.ToError() : null;
    }

    /// <summary>Bytes of what an operation brings.</summary>
    internal static long SizeOf(DocumentOperation operation) =>
        (operation.Vector?.Length ?? 0) + (operation.Metadata?.Length ?? 0) + (operation.Image?.Length ?? 0) + (3L * (operation.Text?.Length ?? 0));

    private static Error Recreated(OpenIndex index) =>
        Error.Of(Slugs.IndexChanged, $"Index '{index.Name}' was deleted and created again meanwhile: send the request again if it is meant for the new one.");

    [LoggerMessage(1, LogLevel.Error, "A write of {Operations} operations to a shard failed")]
    private partial void LogFailed(Exception exception, int operations);
}

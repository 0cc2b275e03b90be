using System.Globalization;
using BitFaster.Caching.Lru;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Indexes;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// Writes documents as far as their tenant has room for them. At its limit a tenant may still replace what it has: which
/// documents these are is asked then only. Where the meter is not reached nobody is refused.
/// </summary>
internal sealed partial class MeteredWriter(
    ShardWriter writer, IndexDirectory directory, GrainCalls calls, IGrainFactory grains, TimeProvider clock, ILogger<MeteredWriter> logger)
{
    private const int MaxTenants = 20_000;

    /// <summary>Reading what is stored takes a while where an index is being opened.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    private static readonly StorageRoom s_unlimited = new(null, null, 0, 0);

    private readonly ConcurrentLru<TenantId, StorageAccount> _accounts = new(MaxTenants);

    /// <param name="index">The index.</param>
    /// <param name="operations">Upserts.</param>
    /// <returns>One outcome an operation, in order; quota-exceeded where there was no room.</returns>
    public async Task<Result<WriteOutcome>[]> WriteAsync(OpenIndex index, IReadOnlyList<DocumentOperation> operations)
    {
        var account = _accounts.GetOrAdd(index.Tenant, tenant => new StorageAccount((documents, bytes, fresh) => AskAsync(tenant, documents, bytes, fresh), clock));
        await account.LearnAsync(fresh: false);
        if (!account.Room.IsLimited)
            return await writer.WriteAsync(index, operations);
        var bytes = operations.Sum(ShardWriter.SizeOf);
        return account.TryBegin(operations.Count, bytes)
            ? await WriteBegunAsync(account, index, operations, operations.Count, bytes)
            : await account.AloneAsync(() => WriteWhatFitsAsync(account, index, operations, bytes));
    }

    /// <summary>For one who is alone.</summary>
    private async Task<Result<WriteOutcome>[]> WriteWhatFitsAsync(StorageAccount account, OpenIndex index, IReadOnlyList<DocumentOperation> operations, long bytes)
    {
        await account.LearnAsync(fresh: true);
        var outcomes = new Result<WriteOutcome>[operations.Count];
        if (account.BytesLeft < bytes)
        {
            Array.Fill<Result<WriteOutcome>>(outcomes, Full($"{account.Room.MaxBytes} bytes on disk", "delete documents or indexes first"));
            return outcomes;
        }

        var present = await PresentAsync(index, operations);
        if (!present.IsSuccess)
        {
            Array.Fill<Result<WriteOutcome>>(outcomes, present.Error);
            return outcomes;
        }

        var (left, created, admitted) = (account.DocumentsLeft, 0L, new List<int>(operations.Count));
        for (var i = 0; i < operations.Count; i++)
        {
            if (!present.Value.Contains(operations[i].Id))
            {
                if (created == left)
                {
                    outcomes[i] = Full($"{account.Room.MaxDocuments} documents", "delete some first; those that are there can be replaced");
                    continue;
                }

                created++;
                present.Value.Add(operations[i].Id);
            }

            admitted.Add(i);
        }

        DocumentOperation[] own = [.. admitted.Select(i => operations[i])];
        if (own.Length == 0)
            return outcomes;
        account.Begin(created, own.Sum(ShardWriter.SizeOf));
        var written = await WriteBegunAsync(account, index, own, created, own.Sum(ShardWriter.SizeOf));
        for (var i = 0; i < written.Length; i++)
            outcomes[admitted[i]] = written[i];
        return outcomes;
    }

    private async Task<Result<WriteOutcome>[]> WriteBegunAsync(StorageAccount account, OpenIndex index, IReadOnlyList<DocumentOperation> operations, long documents, long bytes)
    {
        var (created, written) = (0L, 0L);
        try
        {
            var outcomes = await writer.WriteAsync(index, operations);
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i] is not { IsSuccess: true, Value.Status: WriteStatus.Created or WriteStatus.Updated })
                    continue;
                created += outcomes[i].Value.Status is WriteStatus.Created ? 1 : 0;
                written += ShardWriter.SizeOf(operations[i]);
            }

            return outcomes;
        }
        finally
        {
            account.End(documents, bytes, created, written);
        }
    }

    /// <summary>Which of the documents are there already.</summary>
    private async Task<Result<HashSet<string>>> PresentAsync(OpenIndex index, IReadOnlyList<DocumentOperation> operations)
    {
        var shards = operations.Select(operation => operation.Id).Distinct(StringComparer.Ordinal).GroupBy(id => ShardRouting.ShardOf(id, index.Shards));
        var answers = await Task.WhenAll(shards.Select(async shard =>
        {
            string[] ids = [.. shard];
            var rows = await calls.RepeatAsync(
                () => directory.Shard(index, shard.Key).Read(new ReadDocuments(index.Version, [.. ids], IncludeVector: false)), CallPatience.OfRead, CancellationToken.None);
            return rows.IsSuccess ? Result<string[]>.Ok([.. ids.Where((_, i) => rows.Value[i] is not null)]) : rows.Error;
        }));
        return answers.FirstOrDefault(answer => !answer.IsSuccess)?.Error is { } error
            ? error
            : answers.SelectMany(answer => answer.Value).ToHashSet(StringComparer.Ordinal);
    }

    private static Error Full(string what, string remedy) =>
        Error.Of(Slugs.QuotaExceeded, string.Create(CultureInfo.InvariantCulture, $"The tenant may have {what}, and has no room for this: {remedy}."));

    private async Task<StorageRoom> AskAsync(TenantId tenant, long documents, long bytes, bool fresh)
    {
        try
        {
            return await grains.GetGrain<ITenantMeterGrain>(tenant.Value).GetRoom(documents, bytes, fresh).WaitAsync(s_patience, clock);
        }
#pragma warning disable CA1031 // Whatever keeps the meter away: a write that cannot be done is told by its shard.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotCounted(fault.Message);
            return s_unlimited;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "What a tenant has stored cannot be counted for a moment: {Problem}")]
    private partial void LogNotCounted(string problem);
}

using System.Collections.Immutable;
using System.Diagnostics;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Storage;
using ClipOrleans.Vectors.Filters;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// One shard: messages in, <see cref="ShardEngine"/> calls, messages out. Immovable for the balancers of Orleans, which
/// know activations and not bytes: moving it means closing a log and opening it elsewhere, when <see cref="HandOver"/> says so.
/// </summary>
[Immovable, ShardPlacement]
internal sealed class ShardGrain(
    ShardSurroundings surroundings, ShardSearcher searcher, LocalShards locals, GrainInstruments instruments, ILocalSiloDetails silo)
    : Grain, IShardGrain, IAsyncDisposable
{
    /// <summary>A status comes at once; a small shard is open by then, so that nobody is told of a loading that took a moment.</summary>
    private static readonly TimeSpan s_statusWait = TimeSpan.FromMilliseconds(250);

    /// <summary>A change of the index waits for the shard to be loaded, within its own time limit.</summary>
    private static readonly TimeSpan s_configureWait = TimeSpan.FromSeconds(90);

    private ShardKey _key;

    /// <summary>Made by the activation; one that came second, after another silo had the shard, never has it.</summary>
    private ShardHost _host = null!;

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = ShardKey.Parse(Key);
        _host = new ShardHost(_key, surroundings, DeactivateOnIdle);
        locals.Add(Key, _host);
        _host.Begin();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_host?.Phase is HostPhase.Open && ColdReason.Of(_host, reason) is { } cold)
            instruments.ShardWentCold(cold);
        return DisposeAsync().AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is null)
            return;
        await _host.DisposeAsync();
        locals.Remove(Key, _host);
    }

    public Task HandOver(string silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(silo));
        this.MigrateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<Result<ShardStatus>> Configure(ShardSpec spec)
    {
        var wanted = ShardMessages.ToDescriptor(spec);
        var refusal = await _host.ReadyAsync(s_configureWait);
        if (_host.Phase is HostPhase.Absent)
            refusal = await _host.CreateAsync(wanted);
        if (refusal is not null)
            return refusal;

        return await UseAsync<ShardStatus>(indexVersion: null, async engine =>
        {
            if (engine.Descriptor.IndexVersion > wanted.IndexVersion)
                return _host.Changed(engine);
            if (engine.Descriptor.IndexVersion < wanted.IndexVersion)
                await engine.ReconfigureAsync(wanted);
            return ShardMessages.ToStatus(engine.Stats, _key.Shard, silo);
        });
    }

    public Task<Result<DocumentBatchResult>> Write(DocumentBatch batch) => UseAsync<DocumentBatchResult>(batch.IndexVersion, async engine =>
    {
        if (IsLate(batch.NotAfter))
            return _host.Late();
        using var activity = GrainInstruments.Activities.StartActivity("shard.write");
        var started = Stopwatch.GetTimestamp();
        var operations = batch.Operations.Select(ShardMessages.ToStored).ToArray();
        var result = ShardMessages.ToResult(batch.WriteId == Guid.Empty ? await engine.WriteAsync(operations) : await engine.WriteAsync(operations, batch.WriteId));
        var failed = result.Outcomes.Count(outcome => outcome.Status is WriteStatus.Failed);
        instruments.Wrote(Stopwatch.GetElapsedTime(started), result.Outcomes.Length - failed, failed);
        return result;
    });

    public Task<Result<long>> DeleteMatching(long indexVersion, Immutable<byte[]> filter, DateTimeOffset? notAfter) => UseAsync<long>(indexVersion, async engine =>
        IsLate(notAfter) ? _host.Late()
        : FilterParser.TryParse(filter.Value, engine.Descriptor.Schema, out var parsed, out var faults) ? await engine.DeleteMatchingAsync(parsed)
        : ShardSearch.ToError(faults));

    public Task<Result<ShardHits>> Search(ShardQuery query, CancellationToken cancellation) => UseAsync<ShardHits>(query.IndexVersion, async engine =>
    {
        using var activity = GrainInstruments.Activities.StartActivity("shard.search");
        using var budget = SearchBudget.Of(query, cancellation);
        return await searcher.SearchAsync(_host, engine, query, budget.Token);
    });

    public Task<Result<ImmutableArray<DocumentRow?>>> Read(ReadDocuments request) => UseAsync<ImmutableArray<DocumentRow?>>(request.IndexVersion, async engine =>
        await ShardRows.ReadAsync(engine, request));

    public Task<Result<ImmutableArray<DocumentRow>>> ReadHits(ReadHits request) => UseAsync<ImmutableArray<DocumentRow>>(request.IndexVersion, async engine =>
        await ShardRows.ReadAsync(engine, request.Locators, ids: null, request.IncludeVector, CancellationToken.None));

    public Task<Result<StoredImage>> ReadImage(long indexVersion, string id) => UseAsync<StoredImage>(indexVersion, async engine =>
        await Task.Run(async () => await engine.ReadImageAsync(id)) is { } image ? new StoredImage(ShardMessages.ToArray(image.Bytes), image.ContentType)
        : await engine.GetAsync(id, includeVector: false) is null ? Error.Of(Slugs.DocumentNotFound, $"There is no document '{id}'.")
        : Error.Of(Slugs.ImageNotFound, $"No image is kept of document '{id}'."));

    public Task<Result<long>> GetSequence() => UseAsync<long>(indexVersion: null, engine => Task.FromResult<Result<long>>(engine.AppliedSequence));

    public Task<Result<ShardCopy>> Copy(string folder) => UseAsync<ShardCopy>(indexVersion: null, engine => _host.CopyAsync(engine, surroundings.PathOf(folder)));

    public async Task<Error?> Restore(string folder, ShardCopy copy) => _host.Phase is HostPhase.Absent
        ? await _host.RestoreAsync(surroundings.PathOf(folder), copy)
        : Error.Of(Slugs.IndexExists, $"There is a shard {_key.Shard} of index '{_key.Index}' already.");

    public async Task<ShardStatus> GetStatus()
    {
        var status = await _host.LookAsync(s_statusWait, indexVersion: null, engine => Task.FromResult<Result<ShardStatus>>(ShardMessages.ToStatus(engine.Stats, _key.Shard, silo)));
        return status.IsSuccess
            ? status.Value
            : new ShardStatus(_key.Shard, _host.State, _host.Percent, 0, 0, 0, 0, 0, silo.Name, status.Error.Detail, SiloAddress: silo.SiloAddress.ToParsableString());
    }

    public async Task<Error?> Drop()
    {
        DeactivateOnIdle();
        return await _host.DropAsync();
    }

    private bool IsLate(DateTimeOffset? notAfter) => surroundings.Clock.GetUtcNow() > notAfter;

    private Task<Result<T>> UseAsync<T>(long? indexVersion, Func<ShardEngine, Task<Result<T>>> work) =>
        _host.UseAsync(TimeSpan.FromMilliseconds(surroundings.Settings.LoadingWait), indexVersion, work);
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Shards;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace ClipOrleans.Grains.Replicas;

/// <summary>One read replica of a shard: messages in, searches of a <see cref="ReplicaHost"/>, messages out. Placed apart from the shard and its other replicas.</summary>
[Immovable, ShardPlacement]
internal sealed class ShardReplicaGrain(ShardSurroundings surroundings, ShardSearcher searcher, LocalShards locals, IGrainFactory grains, ILocalSiloDetails silo)
    : Grain, IShardReplicaGrain, IAsyncDisposable
{
    /// <summary>Made by the activation; one that came second never has it.</summary>
    private ReplicaHost? _host;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = ReplicaKey.Parse(this.GetPrimaryKeyString());
        _host = new ReplicaHost(key, surroundings, new ReadIndex(grains.GetGrain<IShardGrain>(key.Shard.ToString())), DeactivateOnIdle);
        locals.Add(this.GetPrimaryKeyString(), _host);
        _host.Begin();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_host is not null && ColdReason.Of(_host, reason) is { } cold)
            surroundings.Instruments.ShardWentCold(cold);
        return DisposeAsync().AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is null)
            return;
        var host = _host;
        _host = null;
        locals.Remove(this.GetPrimaryKeyString(), host);
        await host.DisposeAsync();
    }

    public async Task<Result<ShardHits>> Search(ShardQuery query, CancellationToken cancellation)
    {
        using var activity = GrainInstruments.Activities.StartActivity("replica.search");
        using var budget = SearchBudget.Of(query, cancellation);
        return await _host!.ReadAsync(query.IndexVersion, reader => searcher.SearchAsync(_host, reader, query, budget.Token));
    }

    public Task<ReplicaStatus> GetStatus() => Task.FromResult(_host!.Status(silo));

    public Task HandOver(string silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(silo));
        this.MigrateOnIdle();
        return Task.CompletedTask;
    }
}

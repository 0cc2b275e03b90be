using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>The operator's view of the cluster.</summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this RouteGroupBuilder admin) => admin.MapGet("/cluster", GetAsync)
        .WithTags("Operation")
        .Named("getCluster", "Look at the cluster", "Silos with their roles and load, and each active shard with its owner. Reports come every two seconds.");

    private static async Task<Ok<ClusterResponse>> GetAsync(HttpContext http, IGrainFactory grains, GrainCalls calls)
    {
        var view = await calls.RepeatAsync(() => grains.GetGrain<IShardPlacementGrain>(0).Describe(), http.RequestAborted);
        return TypedResults.Ok(new ClusterResponse
        {
            Silos = [.. view.Silos.Select(Of)],
            Shards = [.. view.Shards.Select(Of)],
            Moves = [.. view.Moves.Select(Of)],
            Moved = view.Moved,
            Since = view.Since,
        });
    }

    private static SiloWire Of(SiloView silo) => new()
    {
        Address = silo.Address,
        Name = silo.Name,
        Status = silo.Status,
        Roles = silo.Roles,
        Draining = silo.Draining,
        Shards = silo.Shards,
        Bytes = silo.Bytes,
        Busy = Math.Round(silo.Busy, 4),
        Load = silo.Load,
        ReportedAt = silo.ReportedAt,
    };

    private static PlacedShardWire Of(PlacedShard placed)
    {
        var (key, load) = (ShardKey.Parse(ReplicaKey.ShardOf(placed.Load.Shard)), placed.Load);
        return new PlacedShardWire
        {
            Tenant = key.Tenant.Value,
            Index = key.Index,
            Shard = key.Shard,
            Replica = ReplicaOf(load.Shard),
            Silo = placed.Silo,
            SiloName = placed.SiloName,
            State = load.State switch
            {
                ShardState.Loading => "loading",
                ShardState.Ready => "ready",
                _ => "failed",
            },
            Epoch = load.Epoch,
            Documents = load.Documents,
            Bytes = load.Bytes,
            Busy = Math.Round(load.Busy, 4),
        };
    }

    private static ShardMoveWire Of(ShardMove move)
    {
        var key = ShardKey.Parse(ReplicaKey.ShardOf(move.Shard));
        return new ShardMoveWire { Tenant = key.Tenant.Value, Index = key.Index, Shard = key.Shard, Replica = ReplicaOf(move.Shard), From = move.From, To = move.To, StartedAt = move.StartedAt };
    }

    private static int? ReplicaOf(string key) => ReplicaKey.Is(key) ? ReplicaKey.Parse(key).Number : null;
}

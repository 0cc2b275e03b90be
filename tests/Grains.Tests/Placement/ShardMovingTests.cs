using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Grains.Placement;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Grains.Tests.Placement;

// Danger: a shard that is handed over loses a write, answers something else, or stays behind closed; a joining silo stays empty.
// Invariants: I1, I10 through joins and drains; shards even out; what a silo says it has not is not counted as nothing.
// Method: silos in one process with real serialization, placement and engines on one folder; states are waited for, not times.
public sealed class ShardMovingTests
{
    private const int Shards = 6;
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task I10_Shards_spread_even_out_when_a_silo_joins_and_go_to_the_others_when_one_leaves()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, silos: 2);
        var sample = await Sample.CreateAsync(cluster, "pictures", Shards);
        await sample.WriteAsync(Enumerable.Range(0, 300).Select(number => Sample.Document(number)));
        var query = sample.Query(Sample.Vector(5), 50);
        var before = await sample.SearchAsync(query);
        await ViewAsync(cluster, view => Counts(view) is [3, 3]);

        var joined = await cluster.Silos.StartAdditionalSiloAsync();
        var evened = await ViewAsync(cluster, view => Counts(view) is [2, 2, 2] && view.Moves.Length == 0);
        Assert.Equal(2, evened.Moved);
        Assert.Equal(before.Hits, (await sample.SearchAsync(query)).Hits);
        await sample.WriteAsync(Enumerable.Range(300, 50).Select(number => Sample.Document(number)));
        var after = await sample.SearchAsync(query);

        await cluster.Silos.StopSiloAsync(joined);
        var left = await ViewAsync(cluster, view => Counts(view) is [3, 3] && view.Shards.All(shard => shard.Load.State is ShardState.Ready));
        Assert.Equal(350, left.Shards.Sum(shard => shard.Load.Documents));
        Assert.Equal(after.Hits, (await sample.SearchAsync(query)).Hits);
    }

    [Fact]
    public async Task I10_A_silo_answers_for_its_shards_as_they_do_themselves_and_says_which_it_has_not()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, silos: 2);
        var sample = await Sample.CreateAsync(cluster, "pictures", Shards);
        await sample.WriteAsync(Enumerable.Range(0, 300).Select(number => Sample.Document(number)));
        var query = sample.Query(Sample.Vector(7), 40);
        var alone = new ShardHits[Shards];
        for (var shard = 0; shard < Shards; shard++)
            alone[shard] = Sample.Ok(await sample.Shard(shard).Search(query));

        var legs = new List<SiloLeg>();
        foreach (var silo in alone.Select(hits => hits.Silo!).Distinct())
        {
            var prefix = ShardKey.PrefixOf(TenantId.Parse(sample.Index.Tenant), sample.Index.Spec.Name, sample.Index.Incarnation);
            var answer = await cluster.Grains.GetGrain<ISiloShardsGrain>(silo).Search(new SiloQuery(prefix, [.. Enumerable.Range(0, Shards)], query));
            Assert.Equal(Shards, answer.Legs.Length);
            Assert.All(answer.Legs.Where(leg => alone[leg.Shard].Silo != silo), leg => Assert.Equal(Slugs.ShardMoving, leg.Error?.Slug));
            legs.AddRange(answer.Legs.Where(leg => leg.Error is null));
        }

        Assert.Equal(Shards, legs.Count);
        var local = cluster.Services.GetRequiredService<LocalShards>();
        Assert.Equal(local.Keys.Order(), local.TakeUsedFromOutside().Order());
        Assert.Empty(local.TakeUsedFromOutside());
        foreach (var leg in legs)
        {
            var own = alone[leg.Shard];
            Assert.Equal(own.Ids.Length, leg.Found);
            Assert.Equal(own.Ids[..leg.Hits!.Ids.Length], leg.Hits.Ids);
            Assert.Equal(own.Rows[..leg.Hits.Ids.Length].Select(row => row.Id), leg.Hits.Rows.Select(row => row.Id));
            Assert.Equal(own.Matched, leg.Hits.Matched);
        }
    }

    [Fact]
    public async Task I1_A_shard_that_is_handed_to_and_fro_under_load_takes_every_write_once()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, silos: 2);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        await sample.WriteAsync([Sample.Document(0)]);
        var silos = cluster.Silos.Silos.Select(silo => silo.SiloAddress.ToParsableString()).ToArray();
        using var end = new CancellationTokenSource();
        var refused = 0;
        var writing = Task.Run(async () =>
        {
            var written = 0;
            while (!end.IsCancellationRequested)
            {
                var answer = await sample.Shard(0).Write(new DocumentBatch(sample.Index.Version, [Sample.Document(written + 1)], Guid.NewGuid()));
                if (answer.IsSuccess)
                    written++;
                else
                    refused++;
                Assert.True(answer.IsSuccess || answer.Error.Slug is Slugs.ShardMoving or Slugs.Loading, answer.Error?.Detail);
            }

            return written;
        });
        for (var round = 0; round < 4; round++)
        {
            var target = silos[round % 2];
            await sample.Shard(0).HandOver(target);
            while ((await sample.Shard(0).GetStatus()).SiloAddress != target)
                await Task.Delay(5);
        }

        await end.CancelAsync();
        var acknowledged = await writing.WaitAsync(s_hang);
        Assert.True(acknowledged > 0);
        Assert.Equal(acknowledged + 1, (await sample.SearchAsync(sample.Query(null, 1))).Matched);
    }

    [Fact]
    public async Task I4_The_shards_of_a_silo_that_dies_are_opened_by_the_others_and_the_dead_one_acknowledges_no_more()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, silos: 3);
        var sample = await Sample.CreateAsync(cluster, "pictures", Shards);
        await sample.WriteAsync(Enumerable.Range(0, 200).Select(number => Sample.Document(number)));
        var query = sample.Query(Sample.Vector(5), 50);
        var before = await sample.SearchAsync(query);
        var owners = (await ViewAsync(cluster, view => Counts(view) is [2, 2, 2])).Shards;

        var doomed = cluster.Silos.Silos[^1];
        var address = doomed.SiloAddress.ToParsableString();
        var services = cluster.Silos.GetSiloServiceProvider(doomed.SiloAddress);
        var host = services.GetRequiredService<LocalShards>().Find(owners.First(shard => shard.Silo == address).Load.Shard)!;
        await cluster.Silos.KillSiloAsync(doomed);

        // The placement may have died with it, and knows then only of shards that somebody asks for.
        for (var number = 0; number < Shards; number++)
            await UntilAskedAsync(sample, number);
        var left = await ViewAsync(cluster, view => Counts(view) is [3, 3] && view.Shards.All(shard => shard.Load.State is ShardState.Ready));
        Assert.DoesNotContain(left.Shards, shard => shard.Silo == address);
        Assert.Equal(before.Hits, (await sample.SearchAsync(query)).Hits);
        await sample.WriteAsync(Enumerable.Range(200, 50).Select(more => Sample.Document(more)));
        Assert.Equal(250, (await sample.SearchAsync(query)).Matched);

        // Its engine is still there, as that of a silo on the wrong side of a partition is.
        var late = await host.ReadAsync<long>(indexVersion: null, engine => Task.FromResult<Result<long>>(engine.View.Count));
        Assert.Equal(Slugs.ShardMoving, late.Error?.Slug);
    }

    private static async Task UntilAskedAsync(Sample sample, int number)
    {
        using var limit = new CancellationTokenSource(s_hang);
        while (true)
        {
            try
            {
                await sample.Shard(number).GetStatus();
                return;
            }
            catch (OrleansException) when (!limit.IsCancellationRequested)
            {
                // Its silo is not known to be dead yet.
            }
        }
    }

    /// <summary>Waits until the cluster looks as it should.</summary>
    private static async Task<ClusterView> ViewAsync(GrainsCluster cluster, Func<ClusterView, bool> wanted)
    {
        using var limit = new CancellationTokenSource(s_hang);
        while (true)
        {
            var view = await cluster.Grains.GetGrain<IShardPlacementGrain>(0).Describe();
            if (wanted(view))
                return view;
            Assert.False(limit.IsCancellationRequested, view.ToString() + string.Join("\n", view.Shards) + string.Join("\n", view.Silos));
            await Task.Delay(50);
        }
    }

    private static int[] Counts(ClusterView view) => [.. view.Shards.GroupBy(shard => shard.Silo).Select(silo => silo.Count())];
}

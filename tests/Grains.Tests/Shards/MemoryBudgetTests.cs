using System.Diagnostics.Metrics;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Replicas;
using ClipOrleans.Grains.Shards;
using ClipOrleans.Grains.Tests.Replicas;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: many small indexes in use together fill the memory; or closing the ones that rest loses writes, hides them, or sends callers away.
// Invariants: memory stays within the budget and what is in use; I1 and I3 hold across every closing and opening.
// Method: real engines, four times as many indexes as fit the budget, asked in turn and by several callers at once.
public sealed class MemoryBudgetTests
{
    private const int Indexes = 32;
    private const int Rounds = 3;
    private const int Callers = 4;
    private const int BudgetMegabytes = 36;

    /// <summary>What an open shard of a few documents takes is its log's pages.</summary>
    private const long MostOfAShard = 6 << 20;

    [Fact]
    public async Task I1_I3_Many_indexes_under_a_small_budget_answer_right_and_memory_stays_bounded()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, services => services.Configure<MemorySettings>(memory => memory.Budget = BudgetMegabytes));
        var keeper = cluster.Services.GetRequiredService<MemoryKeeper>();
        using var cold = new ColdCount(cluster.Services.GetRequiredService<IMeterFactory>());
        await cluster.Tenant("acme").Create(new TenantQuotas());
        var samples = new Sample[Indexes];
        for (var index = 0; index < Indexes; index++)
        {
            samples[index] = new Sample(cluster, Sample.Ok(await cluster.Tenant("acme").CreateIndex(Sample.Spec($"pictures-{index}"))));
            await samples[index].WriteAsync([Sample.Document(index)]);
        }

        for (var round = 1; round <= Rounds; round++)
        {
            var number = round;
            await Parallel.ForEachAsync(Enumerable.Range(0, Indexes), new ParallelOptions { MaxDegreeOfParallelism = round == 1 ? 1 : Callers }, async (index, _) =>
            {
                await samples[index].WriteAsync([Sample.Document(index + (1_000 * number))]);
                await CheckAsync(samples[index], index, number);
                Assert.InRange(keeper.Taken, 1, MemoryLimits.For(keeper.Budget, MostOfAShard).Danger + (Callers * MostOfAShard));
            });
        }

        // Each round opens every index again: those that the round before closed at its beginning are far from its end.
        Assert.InRange(cold.Of(ColdReason.Budget), Indexes, int.MaxValue);
        Assert.Equal(0, cold.Of(ColdReason.Idle));
        for (var index = 0; index < Indexes; index++)
        {
            var rows = await samples[index].ReadAsync([.. Enumerable.Range(0, Rounds + 1).Select(round => index + (1_000 * round))]);
            Assert.All(rows, Assert.NotNull);
        }
    }

    [Fact]
    public async Task Replicas_go_cold_as_shards_do_and_answer_again()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, services => services.Configure<MemorySettings>(memory => memory.Budget = BudgetMegabytes), silos: 2);
        await cluster.Tenant("acme").Create(new TenantQuotas());
        var spec = Sample.Spec("pictures") with { Replicas = 1 };
        var sample = new Sample(cluster, Sample.Ok(await cluster.Tenant("acme").CreateIndex(spec)));
        await sample.WriteAsync(Enumerable.Range(0, 20).Select(number => Sample.Document(number)));
        var query = sample.Query(Sample.Vector(3), 5);
        var before = await ReplicaCalls.SearchAsync(cluster, sample, 0, query);

        var replica = cluster.Silos.Silos.SelectMany(silo => cluster.Silos.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<LocalShards>().All).Single(shard => shard is ReplicaHost);
        Assert.InRange(replica.BytesInMemory, 1, MostOfAShard);
        await replica.Cold.Begin().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, replica.BytesInMemory);
        Assert.Equal(before.Ids, (await ReplicaCalls.SearchAsync(cluster, sample, 0, query)).Ids);
    }

    private static async Task CheckAsync(Sample sample, int index, int round)
    {
        // I3: the document of this round is the best hit for its own vector; and all former ones are there.
        var number = index + (1_000 * round);
        var (hits, matched) = await sample.SearchAsync(sample.Query(Sample.Vector(number % 10 == 9 ? number - 1 : number), 10));
        Assert.Equal(round + 1, matched);
        Assert.StartsWith(Sample.Id(number), hits[0], StringComparison.Ordinal);
    }

    /// <summary>Shards that went cold, by reason.</summary>
    private sealed class ColdCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

        public ColdCount(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, to) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "cliporleans.shards.cold")
                    to.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                lock (_counts)
                    _counts[(string)tags[0].Value!] = Of((string)tags[0].Value!) + value;
            });
            _listener.Start();
        }

        public long Of(string reason)
        {
            lock (_counts)
                return _counts.GetValueOrDefault(reason);
        }

        public void Dispose() => _listener.Dispose();
    }
}

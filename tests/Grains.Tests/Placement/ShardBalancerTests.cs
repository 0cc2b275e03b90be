using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Placement;

namespace ClipOrleans.Grains.Tests.Placement;

// Danger: shards heap up on a silo, or wander about without end; a join moves the whole cluster.
// Invariant: no silo carries more than a mean shard above another when no move is left; every move makes the two silos more even,
// so that moving ends; a silo that joins gets its share and no shard moves but to it.
// Method: random histories from seeds, and the size of a large cluster.
public sealed class ShardBalancerTests
{
    private const double MiB = 1 << 20;

    [Fact]
    public void Twelve_equal_shards_lie_four_on_each_of_three_silos_and_three_on_each_of_four()
    {
        var balancer = Silos("a", "b", "c");
        for (var shard = 0; shard < 12; shard++)
            Place(balancer, $"s{shard:D2}", 10 * MiB, 0.1);
        Assert.Equal([4, 4, 4], Counts(balancer));

        balancer.Join("d", draining: false);
        var moves = Even(balancer, 10 * MiB, 0.1);
        Assert.Equal([3, 3, 3, 3], Counts(balancer));
        Assert.Equal(3, moves.Count);
        Assert.All(moves, move => Assert.Equal("d", move.To));
    }

    [Fact]
    public void Large_and_busy_shards_count_for_what_they_cost()
    {
        var balancer = Silos("a", "b");
        Place(balancer, "huge", 100 * MiB, 1);
        for (var shard = 0; shard < 6; shard++)
            Place(balancer, $"s{shard}", MiB, 0);
        Assert.Equal(6, balancer.ShardsOf("b").Count);
        Assert.Null(balancer.NextMove());
    }

    [Fact]
    public void Traffic_of_a_search_now_and_then_moves_nothing()
    {
        var balancer = Silos("a", "b");
        for (var shard = 0; shard < 4; shard++)
            Place(balancer, $"s{shard}", 0, 0);
        balancer.Put("s0", "a", 1000, 0.0001);
        Assert.Null(balancer.NextMove());
    }

    [Fact]
    public void A_silo_that_drains_is_not_chosen_and_one_that_died_leaves_its_shards_to_nobody()
    {
        var balancer = Silos("a", "b");
        Place(balancer, "s0", 0, 0);
        Place(balancer, "s1", 0, 0);
        balancer.Join("a", draining: true);
        Assert.Equal("b", balancer.Choose(["a", "b"]));
        Assert.Equal("s0", Assert.Single(balancer.Remove("a")));
        Assert.False(balancer.TryFind("s0", out _));
        Assert.Equal(1, balancer.Count);
        balancer.Join("b", draining: true);
        Assert.Null(balancer.Choose(["a", "b"]));
    }

    [Fact]
    public void A_shard_and_its_replicas_lie_apart_as_long_as_there_are_silos()
    {
        var balancer = Silos("a", "b", "c");
        for (var shard = 0; shard < 6; shard++)
        {
            foreach (var replica in (int[])[0, 1, 2])
            {
                var key = ReplicaKey.Of($"acme/shop-1/{shard}", replica);
                balancer.Put(key, balancer.Choose(key, [.. balancer.Silos])!, MiB, 0);
            }
        }

        Assert.All(balancer.Silos, silo => Assert.Equal(6, balancer.ShardsOf(silo).Select(ReplicaKey.ShardOf).Distinct().Count()));
        balancer.Remove("c");
        Assert.NotNull(balancer.Choose("acme/shop-1/0/r3", [.. balancer.Silos]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void After_any_history_moving_ends_and_leaves_silos_even(int seed)
    {
        var random = new Random(seed);
        var balancer = Silos("a", "b", "c");
        var sizes = new Dictionary<string, (double Bytes, double Busy)>(StringComparer.Ordinal);
        for (var step = 0; step < 400; step++)
        {
            var shard = $"s{random.Next(120)}";
            switch (random.Next(10))
            {
                case < 6:
                    sizes[shard] = (random.Next(1, 40) * MiB, random.NextDouble());
                    var silo = balancer.TryFind(shard, out var owner) ? owner : balancer.Choose([.. balancer.Silos])!;
                    balancer.Put(shard, silo, sizes[shard].Bytes, sizes[shard].Busy);
                    break;
                case < 8:
                    balancer.Forget(shard);
                    break;
                case 8 when balancer.Silos.Count > 2:
                    balancer.Remove(balancer.Silos.First());
                    break;
                default:
                    balancer.Join($"silo{step}", draining: false);
                    break;
            }
        }

        for (var moves = 0; balancer.NextMove() is { } move; moves++)
        {
            Assert.True(moves < 2_000, "moving does not end");
            var before = Math.Abs(balancer.LoadOf(move.From) - balancer.LoadOf(move.To));
            balancer.Put(move.Shard, move.To, sizes[move.Shard].Bytes, sizes[move.Shard].Busy);
            Assert.True(Math.Abs(balancer.LoadOf(move.From) - balancer.LoadOf(move.To)) < before, "a move that makes nothing more even");
        }

        // What is left between two silos is less than a shard: the largest one that could move.
        var loads = balancer.Silos.Select(balancer.LoadOf).ToList();
        var largest = balancer.Silos.SelectMany(balancer.ShardsOf).Max(shard => 1 + (sizes[shard].Bytes / MiB) + sizes[shard].Busy);
        Assert.True(loads.Max() - loads.Min() <= largest, $"{loads.Max()} {loads.Min()}");
    }

    [Fact]
    public void A_hundred_silos_with_ten_thousand_shards_stay_even_and_a_join_moves_its_share()
    {
        var random = new Random(11);
        var balancer = Silos([.. Enumerable.Range(0, 100).Select(silo => $"silo{silo:D3}")]);
        var sizes = new Dictionary<string, (double Bytes, double Busy)>(StringComparer.Ordinal);
        for (var shard = 0; shard < 10_000; shard++)
        {
            // Sizes over two decades, most of them small, as those of customers are.
            var name = $"s{shard:D5}";
            sizes[name] = (MiB * Math.Pow(10, 2 * random.NextDouble()), Math.Pow(random.NextDouble(), 4));
            Place(balancer, name, sizes[name].Bytes, sizes[name].Busy);
        }

        while (balancer.NextMove() is { } move)
            balancer.Put(move.Shard, move.To, sizes[move.Shard].Bytes, sizes[move.Shard].Busy);
        Assert.InRange(Spread(balancer), 1, 1.1);

        balancer.Join("silo-new", draining: false);
        var moved = 0;
        while (balancer.NextMove() is { } move)
        {
            Assert.Equal("silo-new", move.To);
            balancer.Put(move.Shard, move.To, sizes[move.Shard].Bytes, sizes[move.Shard].Busy);
            moved++;
        }

        Assert.InRange(Spread(balancer), 1, 1.1);
        Assert.InRange(moved, 1, 10_000 / 101 * 1.1);

        var died = balancer.Remove("silo050");
        foreach (var shard in died)
            Place(balancer, shard, sizes[shard].Bytes, sizes[shard].Busy);
        Assert.InRange(Spread(balancer), 1, 1.1);
    }

    private static ShardBalancer Silos(params string[] silos)
    {
        var balancer = new ShardBalancer();
        foreach (var silo in silos)
            balancer.Join(silo, draining: false);
        return balancer;
    }

    private static void Place(ShardBalancer balancer, string shard, double bytes, double busy) =>
        balancer.Put(shard, balancer.Choose([.. balancer.Silos])!, bytes, busy);

    private static List<(string Shard, string From, string To)> Even(ShardBalancer balancer, double bytes, double busy)
    {
        var moves = new List<(string Shard, string From, string To)>();
        while (balancer.NextMove() is { } move)
        {
            moves.Add(move);
            balancer.Put(move.Shard, move.To, bytes, busy);
        }

        return moves;
    }

    private static IEnumerable<int> Counts(ShardBalancer balancer) =>
        balancer.Silos.Order(StringComparer.Ordinal).Select(silo => balancer.ShardsOf(silo).Count);

    /// <summary>The heaviest silo's load over the mean.</summary>
    private static double Spread(ShardBalancer balancer)
    {
        var loads = balancer.Silos.Select(balancer.LoadOf).ToList();
        return Math.Max(loads.Max() / loads.Average(), loads.Average() / loads.Min());
    }
}

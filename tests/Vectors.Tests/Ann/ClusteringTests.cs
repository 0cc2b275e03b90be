using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: centroids that depend on the number of threads, lists that stay empty, a row in a list that is not its nearest.
// Invariant: I10: the same centroids for any threads; the nearest centroid is the nearest, the first of equals.
// Method: random integer rows in clusters against plain distances; rows that are all the same, or fewer than centroids ask for.
public sealed class ClusteringTests
{
    private const int Stride = 32;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void I10_Any_number_of_threads_finds_the_same_centroids(int threads)
    {
        var rows = Clusters(3_000, 40, seed: 1);
        var one = Train(rows, 50, 1);
        Assert.Equal(one.Centroids.ToArray(), Train(rows, 50, threads).Centroids.ToArray());
    }

    [Theory]
    [InlineData(50, 50)]
    [InlineData(200, 40)]
    [InlineData(2_000, 60)]
    public void No_list_is_empty_where_there_are_clusters_enough(int rowCount, int count)
    {
        var rows = Clusters(rowCount, count, seed: 2);
        var nearest = new ushort[rowCount];
        Train(rows, count, 1).Nearest(rows, nearest, Single);
        Assert.Equal(count, nearest.Distinct().Count());
    }

    [Fact]
    public void The_nearest_is_the_nearest_one_by_one_and_all_at_once()
    {
        var rows = Clusters(1_003, 30, seed: 3);
        var clustering = Train(rows, 37, 2);
        var nearest = new ushort[1_003];
        clustering.Nearest(rows, nearest, new Work(2, null, TestContext.Current.CancellationToken));
        for (var row = 0; row < nearest.Length; row++)
        {
            var components = rows.AsSpan(row * Stride, Stride).ToArray();
            Assert.Equal(nearest[row], clustering.Nearest(components));
            var distances = Enumerable.Range(0, clustering.Count).Select(i => Distance(components, clustering[i].ToArray())).ToArray();
            // Half a square is rounded down: a centroid can win that is farther by one.
            Assert.InRange(distances[nearest[row]], distances.Min(), distances.Min() + 1);
        }
    }

    [Fact]
    public void Rows_that_are_all_the_same_have_centroids_beside_them()
    {
        var rows = Enumerable.Repeat(Enumerable.Range(0, Stride).Select(static i => (short)((i * 130) - 2047)), 500).SelectMany(static row => row).ToArray();
        const int MostRounds = 8; // an empty list takes a step of one a round
        var clustering = Train(rows, 16, 1);
        var nearest = new ushort[500];
        clustering.Nearest(rows, nearest, Single);
        Assert.Single(nearest.Distinct());
        for (var i = 0; i < clustering.Count; i++)
            Assert.InRange(Distance(rows.AsSpan(0, Stride).ToArray(), clustering[i].ToArray()), 0, Stride * MostRounds * MostRounds);
    }

    [Fact]
    public void Scores_are_inner_products_whatever_their_number()
    {
        foreach (var count in (int[])[1, 3, 4, 5, 37])
        {
            var clustering = Train(Clusters(200, 30, seed: 4), count, 1);
            var query = Clusters(1, 1, seed: 5);
            var scores = new float[count];
            clustering.Scores(query, 0.25f, scores);
            for (var i = 0; i < count; i++)
            {
                var centroid = clustering[i].ToArray();
                Assert.Equal(query.Zip(centroid, static (a, b) => a * b).Sum() * 0.25f, scores[i]);
            }
        }
    }

    [Fact]
    public void Training_stops_when_told_to()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Clustering.Train(Clusters(500, 5, seed: 6), Stride, 5, new Work(1, null, stop.Token)));
        Assert.ThrowsAny<OperationCanceledException>(() => Clustering.Train(Clusters(500, 5, seed: 6), Stride, 5, new Work(2, null, stop.Token)));
    }

    private static Work Single => new(1, null, TestContext.Current.CancellationToken);

    private static Clustering Train(short[] rows, int count, int threads) =>
        Clustering.Train(rows, Stride, count, new Work(threads, null, TestContext.Current.CancellationToken));

    private static long Distance(short[] a, short[] b) => a.Zip(b, static (x, y) => (long)(x - y) * (x - y)).Sum();

    /// <summary>Rows around far centres, in turn.</summary>
    private static short[] Clusters(int rows, int clusters, int seed)
    {
        var random = new Random(seed);
        var centres = Enumerable.Range(0, clusters).Select(_ => Enumerable.Range(0, Stride).Select(_ => random.Next(-1_900, 1_900)).ToArray()).ToArray();
        return [.. Enumerable.Range(0, rows).SelectMany(row => centres[row % clusters].Select(centre => (short)(centre + random.Next(-100, 101))))];
    }
}

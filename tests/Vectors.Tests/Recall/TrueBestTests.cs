using System.Text;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Search;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: a "truth" that counts dead or foreign rows, or that is not the exact search's, would steer every search wrong.
// Invariant: the blocked pass finds what exact searches find one by one, for any mix of queries, filters and dead rows.
public sealed class TrueBestTests
{
    private const int Dimensions = 8;
    private static readonly FieldSchema Schema = new([new("n", FieldType.Number)]);

    [Fact]
    public void One_pass_for_all_finds_what_exact_searches_find() =>
        Gen.Select(Gen.Int[0, 700], Gen.Int[0, 300], Query.Array[1, 8]).Sample((rows, dead, queries) =>
        {
            var view = Collection(rows, dead).View;
            var samples = queries.Select(query => new RecallSample(Sample.Direction(query.Seed, Dimensions), Options(query), 0)).ToArray();
            var truths = TrueBest.Of(view, samples, CancellationToken.None);
            for (var i = 0; i < samples.Length; i++)
            {
                var hits = view.Search(samples[i].Query, samples[i].Options with { Exact = true }).Hits;
                Assert.Equal(hits.Count, truths[i].Count);
                if (hits.Count == 0)
                    continue;
                Assert.Equal(hits[^1].Score, truths[i].LeastScore);
                Assert.Equal(1, truths[i].RecallOf(hits));
            }
        },
        iter: 200);

    [Fact]
    public void A_tie_with_the_worst_of_the_best_counts_as_found()
    {
        var truth = new TrueBest(2, 0.5f);
        Assert.Equal(1, truth.RecallOf([new(7, "a", 0.5f, 0), new(9, "b", 0.5f, 0), new(11, "c", 0.5f, 0)]));
        Assert.Equal(0.5, truth.RecallOf([new(7, "a", 0.9f, 0), new(9, "b", 0.4f, 0)]));
        Assert.Equal(0, truth.RecallOf([]));
    }

    [Fact]
    public void It_stops_when_told_to()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var sample = new RecallSample(Sample.Direction(1, Dimensions), new SearchOptions(), 0);
        Assert.Throws<OperationCanceledException>(() => TrueBest.Of(Collection(10, 0).View, [sample], stop.Token));
    }

    private static readonly Gen<(int Seed, int Below, bool Excludes, bool HasFloor)> Query =
        Gen.Select(Gen.Int[1_000, 2_000], Gen.Int[0, 120], Gen.Bool, Gen.Bool);

    private static SearchOptions Options((int Seed, int Below, bool Excludes, bool HasFloor) query) => new()
    {
        Filter = query.Below > 100 ? null : Sample.Filter(Schema, $"{{\"n\":{{\"$lt\":{query.Below}}}}}"),
        ExcludeId = query.Excludes ? "3" : null,
        MinScore = query.HasFloor ? 0.4f : null,
    };

    private static VectorCollection Collection(int rows, int dead)
    {
        var collection = new VectorCollection(Dimensions, Schema);
        for (var i = 0; i < rows; i++)
            collection.Upsert($"{i}", Sample.Direction(i % 50, Dimensions), MetadataReader.ReadLenient(Encoding.UTF8.GetBytes($"{{\"n\":{i % 100}}}"), Schema), i);
        for (var i = 0; i < dead; i++)
            collection.Delete($"{i * 3}");
        collection.Publish();
        return collection;
    }
}

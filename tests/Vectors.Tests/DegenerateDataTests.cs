using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Ann;

namespace ClipOrleans.Vectors.Tests;

// Danger: data that an index is not thought for: nothing varies, everything is equal, there are fewer dimensions than
// groups; divisions by nothing, endless loops, hits that are lost among equals.
// Invariant: training ends, and searches by codes give as many hits as there are, with the best scores.
// Method: each such collection, each quantization, each way to search by codes, against the exact scan.
public sealed class DegenerateDataTests
{
    private const int Rows = CodedRows.LeastRows;

    public static TheoryData<string, Quantization> Data
    {
        get
        {
            var data = new TheoryData<string, Quantization>();
            foreach (var name in (string[])["all equal", "one dimension", "two dimensions", "eight dimensions", "three vectors", "one apart", "opposite"])
            {
                data.Add(name, Quantization.Int8);
                data.Add(name, Quantization.Binary);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Hits_are_as_many_and_as_good_as_there_are(string name, Quantization quantization)
    {
        var collection = Filled(name, quantization);
        Assert.True(collection.Train(2, TestContext.Current.CancellationToken));
        Assert.True(collection.Delete("5"));
        collection.Upsert("6", Vector(name, 6), FieldValues.Empty, 6);
        collection.Upsert("new", Vector(name, 7), FieldValues.Empty, 7);
        collection.Publish();
        AssertAsExact(collection.View, name, quantization);
        AssertAsExact(collection.Compacted().View, name, quantization);
    }

    private static void AssertAsExact(CollectionView view, string name, Quantization quantization)
    {
        Assert.NotNull(view.State.Index);
        SearchOptions[] all =
        [
            new() { TopK = 1 }, new(), new() { TopK = 10_000 }, new() { TopK = 100, MinScore = 0.999f }, new() { MinScore = 1.5f }, new() { ExcludeId = "9" }, new() { TopK = 10_000, ExcludeId = "new" },
        ];
        foreach (var query in (float[][])[Vector(name, 0), Vector(name, 1), Vector(name, Rows - 1)])
        {
            foreach (var options in all)
            {
                var exact = view.Search(query, options with { Exact = true }).Hits;
                AssertGood(exact, ForcedPlan.Search(view, SearchStrategy.ListScan, query, options, level: 4));
                if (quantization is Quantization.Int8)
                    AssertGood(exact, ForcedPlan.Search(view, SearchStrategy.CodeScanMatches, query, options, level: 4));
                AssertGood(exact, view.Search(query, options).Hits);
                Assert.DoesNotContain(exact, hit => hit.Id == options.ExcludeId);
            }
        }
    }

    /// <summary>Which of equal ones are taken is open.</summary>
    private static void AssertGood(IReadOnlyList<RowHit> exact, IReadOnlyList<RowHit> hits)
    {
        Assert.Equal(exact.Select(static hit => hit.Score), hits.Select(static hit => hit.Score));
        Assert.Equal(hits.Count, hits.Select(static hit => hit.Row).Distinct().Count());
    }

    private static VectorCollection Filled(string name, Quantization quantization)
    {
        var collection = new VectorCollection(Vector(name, 0).Length, FieldSchema.Empty, new CollectionOptions { Quantization = quantization });
        for (var row = 0; row < Rows; row++)
            collection.Upsert($"{row}", Vector(name, row), FieldValues.Empty, row);
        collection.Publish();
        return collection;
    }

    private static float[] Vector(string name, int row) => name switch
    {
        "all equal" => Sample.Direction(1, 48),
        "one dimension" => row % 3 == 0 ? [-1] : [1],
        "two dimensions" => [MathF.Cos(row % 8 * MathF.PI / 4), MathF.Sin(row % 8 * MathF.PI / 4)],
        "eight dimensions" => Sample.Direction(row, 8),
        "three vectors" => Sample.Direction(row % 3, 40),
        "one apart" => Sample.Direction(row == 1 ? 2 : 1, 33),
        "opposite" => [.. Sample.Direction(1, 32).Select(value => row % 2 == 0 ? value : -value)],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such data."),
    };
}

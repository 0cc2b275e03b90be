using System.Runtime.InteropServices;
using System.Text;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: codes that are learnt and never used, a promise that changes and does not reach the searches, a status that says
// nothing of either.
// Invariant: a shard with enough documents is searched by codes soon, says so, and follows another target at once.
// Method: a real silo; the test asks for the status until the codes are there.
public sealed class ShardCodesTests
{
    private const int Documents = 6_000;
    private const int Dimensions = 256;

    [Fact]
    public async Task Enough_documents_are_searched_by_codes_and_another_target_reaches_the_searches()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var spec = Sample.Spec("pictures") with { Dimensions = Dimensions, TargetRecall = 0.5 };
        var created = await cluster.Tenant("default").CreateIndex(spec);
        var sample = new Sample(cluster, created.Value);
        Assert.Equal(ShardCodes.Exact, (await sample.Shard(0).GetStatus()).Codes);
        foreach (var some in Enumerable.Range(0, Documents).Chunk(1_000))
            await sample.WriteAsync(some.Select(Document));
        while ((await sample.Shard(0).GetStatus()).Codes is not ShardCodes.Trained)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();

        var found = await SearchAsync(sample);
        Assert.False(found.Exact);
        Assert.Equal("list-scan", found.Plan.Strategy);
        Assert.True(found.Plan is { ListsProbed: > 0, RowsCoded: > 0, EffortLevel: not null }, found.Plan.ToString());

        var changed = await cluster.Index("default", "pictures").Update(new IndexPatch([], TargetRecall: 0.6, KeepImages: null));
        sample.Index = changed.Value;
        Assert.True((await SearchAsync(sample)).Plan.EffortLevel > found.Plan.EffortLevel);
    }

    private static async Task<ShardHits> SearchAsync(Sample sample)
    {
        var found = await sample.Shard(0).Search(sample.Query(Vector(77), 10, rows: false) with { Exact = false, Facets = [] });
        Assert.True(found.IsSuccess, found.Error?.Detail);
        return found.Value;
    }

    private static DocumentOperation Document(int number) => new(
        OperationKind.Upsert, $"d{number}", MemoryMarshal.AsBytes<float>(Vector(number)).ToArray(), Encoding.UTF8.GetBytes("{}"));

    private static float[] Vector(int seed)
    {
        var random = new Random(seed);
        float[] vector = [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f)];
        Assert.True(VectorMath.TryNormalize(vector));
        return vector;
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Grains.Tests;

/// <summary>An index of made vectors, and what a gateway does with its shards: spread documents, ask all, merge.</summary>
internal sealed class Sample(GrainsCluster cluster, IndexDescription index)
{
    public const int Dimensions = 24;

    private static readonly string[] s_colours = ["red", "green", "blue", "black"];

    public IndexDescription Index { get; set; } = index;

    public static IndexSpec Spec(string name, int shards = 1) => new(
        name, IndexSpec.NoModel, "", Dimensions, [new FieldSpec("colour", "keyword"), new FieldSpec("price", "number")], shards, 0.95, KeepImages.Thumbnail);

    public static async Task<Sample> CreateAsync(GrainsCluster cluster, string name, int shards = 1, string tenant = "acme")
    {
        await cluster.Tenant(tenant).Create(new TenantQuotas());
        var created = await cluster.Tenant(tenant).CreateIndex(Spec(name, shards));
        Assert.True(created.IsSuccess, created.Error?.Detail);
        return new Sample(cluster, created.Value);
    }

    public static float[] Vector(int seed)
    {
        var random = new Random(seed);
        var vector = Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        Assert.True(VectorMath.TryNormalize(vector));
        return vector;
    }

    public static byte[] Bytes(float[] vector) => MemoryMarshal.AsBytes<float>(vector).ToArray();

    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"doc-{number:D4}");

    public static string Colour(int number) => s_colours[number % s_colours.Length];

    /// <summary>Every tenth document has the vector of the one before: equal scores, told apart by id.</summary>
    public static DocumentOperation Document(int number, int version = 0) => new(
        OperationKind.Upsert,
        Id(number),
        Bytes(Vector((number % 10 == 9 ? number - 1 : number) + (version * 1_000_000))),
        Encoding.UTF8.GetBytes($$"""{"colour":"{{Colour(number)}}","price":{{number}},"version":{{version}}}"""));

    public IShardGrain Shard(int number) => cluster.Shard(Index.Tenant, Index.Spec.Name, Index.Incarnation, number);

    public async Task WriteAsync(IEnumerable<DocumentOperation> operations)
    {
        foreach (var group in operations.GroupBy(operation => ShardRouting.ShardOf(operation.Id, Index.Spec.Shards)))
        {
            var written = Ok(await Shard(group.Key).Write(new DocumentBatch(Index.Version, [.. group])));
            Assert.All(written.Outcomes, outcome => Assert.NotEqual(WriteStatus.Failed, outcome.Status));
        }
    }

    public ShardQuery Query(float[]? vector, int topK, string? filter = null, bool rows = true, int budgetMilliseconds = 20_000) => new(
        Index.Version,
        vector is null ? null : Bytes(vector),
        filter is null ? null : Encoding.UTF8.GetBytes(filter),
        topK,
        MinScore: null,
        Exact: true,
        ExcludeId: null,
        AfterId: null,
        Facets: ["colour"],
        rows,
        IncludeVectors: false,
        budgetMilliseconds);

    /// <returns>The best hits of all shards, each as <c>id score metadata</c>, and the number of matches.</returns>
    public async Task<(string[] Hits, long Matched)> SearchAsync(ShardQuery query)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Index.Spec.Shards).Select(shard => Shard(shard).Search(query)));
        var lists = answers.Select(answer => Hits(Ok(answer))).ToArray();
        var merged = TopKMerge.Merge(lists, query.TopK, hit => (hit.Score, hit.Id));
        return ([.. merged.Select(hit => string.Create(CultureInfo.InvariantCulture, $"{hit.Id} {hit.Score:R} {hit.Metadata}"))], answers.Sum(answer => answer.Value.Matched));
    }

    public async Task<string?[]> ReadAsync(params int[] numbers)
    {
        var rows = new List<string?>();
        foreach (var id in numbers.Select(Id))
        {
            var read = Ok(await Shard(ShardRouting.ShardOf(id, Index.Spec.Shards)).Read(new ReadDocuments(Index.Version, [id], IncludeVector: true)));
            rows.Add(read.Single() is { } row ? $"{row.Id} {Encoding.UTF8.GetString(row.Metadata)} {Convert.ToHexString(row.Vector!)}" : null);
        }

        return [.. rows];
    }

    public static T Ok<T>(Result<T> result)
    {
        Assert.True(result.IsSuccess, $"{result.Error?.Slug}: {result.Error?.Detail}");
        return result.Value;
    }

    private static IReadOnlyList<Hit> Hits(ShardHits hits)
    {
        var scores = MemoryMarshal.Cast<byte, float>(hits.Scores).ToArray();
        return [.. hits.Ids.Select((id, i) => new Hit(id, scores[i], hits.Rows.Length > 0 ? Encoding.UTF8.GetString(hits.Rows[i].Metadata) : ""))];
    }

    private sealed record Hit(string Id, float Score, string Metadata);
}

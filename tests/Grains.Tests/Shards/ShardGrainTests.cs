using System.Buffers.Binary;
using System.Text;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: what the engine keeps is lost, changed or mixed up on its way through grains, activations and restarts.
// Invariants: I1 (acknowledged is durable), I3 (read your writes), I6, I7, I10 (same answer whatever the shard count).
// Method: real engine on a real folder, real serialization; answers compared before and after.
public sealed class ShardGrainTests
{
    [Fact]
    public async Task I1_I3_What_is_written_is_found_at_once_and_after_the_activation_ended()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures", shards: 2);
        await sample.WriteAsync(Enumerable.Range(0, 200).Select(number => Sample.Document(number)));
        var query = sample.Query(Sample.Vector(17), topK: 50);
        var before = await sample.SearchAsync(query);
        Assert.Equal(200, before.Matched);
        Assert.StartsWith("doc-0017 1", before.Hits[0], StringComparison.Ordinal);

        var epoch = (await sample.Shard(0).GetStatus()).Epoch;
        await cluster.DeactivateAsync(sample.Shard(0));
        await cluster.DeactivateAsync(sample.Shard(1));

        Assert.Equal(before.Hits, (await sample.SearchAsync(query)).Hits);
        Assert.True((await sample.Shard(0).GetStatus()).Epoch > epoch, "the shard was never closed: this test showed nothing");
    }

    [Fact]
    public async Task I1_I10_A_restart_of_the_cluster_changes_no_answer()
    {
        using var data = new TempFolder();
        (string[] Hits, long Matched) before, after;
        string?[] rowsBefore, rowsAfter;
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            var sample = await Sample.CreateAsync(cluster, "pictures", shards: 3);
            await sample.WriteAsync(Enumerable.Range(0, 300).Select(number => Sample.Document(number)));
            await sample.WriteAsync(Enumerable.Range(0, 50).Select(number => Sample.Document(number, version: 1)));
            await sample.WriteAsync([new DocumentOperation(OperationKind.Delete, Sample.Id(3))]);
            await sample.WriteAsync([new DocumentOperation(OperationKind.PatchMetadata, Sample.Id(4), Metadata: """{"price":null,"note":"héllo"}"""u8.ToArray())]);
            before = await sample.SearchAsync(sample.Query(Sample.Vector(5), topK: 100, """{"colour":{"$in":["red","green"]}}"""));
            rowsBefore = await sample.ReadAsync(1, 2, 3, 4, 250);
        }

        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            var sample = new Sample(cluster, Assert.Single(await cluster.Tenant("acme").ListIndexes()));
            after = await sample.SearchAsync(sample.Query(Sample.Vector(5), topK: 100, """{"colour":{"$in":["red","green"]}}"""));
            rowsAfter = await sample.ReadAsync(1, 2, 3, 4, 250);
        }

        Assert.Equal(before.Hits, after.Hits);
        Assert.Equal(before.Matched, after.Matched);
        Assert.Equal(rowsBefore, rowsAfter);
        Assert.Null(rowsAfter[2]);
        Assert.Contains("héllo", rowsAfter[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task I6_I10_One_three_and_eight_shards_answer_alike()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var answers = new List<List<string>>();
        foreach (var shards in (int[])[1, 3, 8])
        {
            var sample = await Sample.CreateAsync(cluster, $"pictures-{shards}", shards);
            await sample.WriteAsync(Enumerable.Range(0, 400).Select(number => Sample.Document(number)));
            var given = new List<string>();
            foreach (var filter in (string?[])[null, """{"colour":"red"}""", """{"price":{"$gte":100,"$lt":140}}""", """{"colour":"nothing"}"""])
            {
                foreach (var vector in (float[]?[])[Sample.Vector(8), Sample.Vector(123_456), null])
                {
                    var (hits, matched) = await sample.SearchAsync(sample.Query(vector, topK: 30, filter));
                    given.AddRange(hits);
                    given.Add($"{matched} match {filter}");
                }
            }

            answers.Add(given);
        }

        Assert.Equal(answers[0], answers[1]);
        Assert.Equal(answers[0], answers[2]);
        Assert.Contains("100 match {\"colour\":\"red\"}", answers[0]);
    }

    [Fact]
    public async Task Another_version_of_the_index_is_refused_whatever_is_asked()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        await sample.WriteAsync([Sample.Document(1)]);
        var shard = sample.Shard(0);
        foreach (var version in (long[])[sample.Index.Version - 1, sample.Index.Version + 1])
        {
            Error?[] errors =
            [
                (await shard.Search(sample.Query(null, 1) with { IndexVersion = version })).Error,
                (await shard.Write(new DocumentBatch(version, [Sample.Document(2)]))).Error,
                (await shard.Read(new ReadDocuments(version, [Sample.Id(1)], IncludeVector: false))).Error,
                (await shard.ReadHits(new ReadHits(version, [], IncludeVector: false))).Error,
                (await shard.ReadImage(version, Sample.Id(1))).Error,
                (await shard.DeleteMatching(version, "{}"u8.ToArray().AsImmutable())).Error,
            ];
            Assert.All(errors, error => Assert.Equal(Slugs.IndexChanged, error?.Slug));
        }

        Assert.Equal(1, (await shard.GetStatus()).Documents);
    }

    [Fact]
    public async Task I1_A_write_that_comes_after_its_time_is_refused_and_not_done()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        await sample.WriteAsync([Sample.Document(1)]);
        var shard = sample.Shard(0);
        var late = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        var deletion = new DocumentBatch(sample.Index.Version, [new DocumentOperation(OperationKind.Delete, Sample.Id(1))], Guid.NewGuid(), late);
        Assert.Equal(Slugs.ShardMoving, (await shard.Write(deletion)).Error?.Slug);
        Assert.Equal(Slugs.ShardMoving, (await shard.DeleteMatching(sample.Index.Version, "{}"u8.ToArray().AsImmutable(), late)).Error?.Slug);
        Assert.Equal(1, (await shard.GetStatus()).Documents);

        var inTime = Sample.Ok(await shard.Write(deletion with { NotAfter = DateTimeOffset.UtcNow.AddMinutes(1) }));
        Assert.Equal(WriteStatus.Deleted, Assert.Single(inTime.Outcomes).Status);
    }

    [Fact]
    public async Task Rows_of_hits_are_those_that_were_scored_though_written_over_since()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        await sample.WriteAsync([Sample.Document(1), Sample.Document(2)]);
        var found = Sample.Ok(await sample.Shard(0).Search(sample.Query(Sample.Vector(1), topK: 1, rows: false)));
        Assert.Empty(found.Rows);

        await sample.WriteAsync([Sample.Document(1, version: 1)]);
        var rows = Sample.Ok(await sample.Shard(0).ReadHits(new ReadHits(sample.Index.Version, found.Locators, IncludeVector: true)));
        Assert.Contains("\"version\":0", Encoding.UTF8.GetString(Assert.Single(rows).Metadata), StringComparison.Ordinal);
        Assert.Equal(Sample.Bytes(Sample.Vector(1)), rows[0].Vector);
    }

    [Fact]
    public async Task I7_Facets_and_counts_are_those_of_the_filter()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        await sample.WriteAsync(Enumerable.Range(0, 40).Select(number => Sample.Document(number)));
        var found = Sample.Ok(await sample.Shard(0).Search(sample.Query(null, topK: 0, """{"price":{"$lt":10}}""")));
        var facet = Assert.Single(found.Facets);
        Assert.Equal(10, found.Matched);
        Assert.Equal(["green", "red", "black", "blue"], facet.Values);
        Assert.Equal([3L, 3L, 2L, 2L], Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadInt64LittleEndian(facet.Counts.AsSpan(i * 8))));
        Assert.Equal(0, facet.OtherCount);
    }

    [Fact]
    public async Task A_shard_that_was_never_made_is_no_index_and_is_not_made_by_asking()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var shard = cluster.Shard("acme", "nothing", incarnation: 1, shard: 0);
        Assert.Equal(Slugs.IndexNotFound, (await shard.Write(new DocumentBatch(1, [Sample.Document(1)]))).Error?.Slug);
        Assert.False(Directory.Exists(Path.Combine(data.Path, "tenants")));
    }

    [Theory]
    [InlineData("{\"size\":1}", Slugs.UndeclaredField, "/filter/size")]
    [InlineData("{\"price\":{\"$like\":1}}", Slugs.InvalidFilter, "/filter/price/$like")]
    public async Task A_filter_that_the_gateway_should_have_refused_is_an_error_and_no_exception(string filter, string slug, string pointer)
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        var error = (await sample.Shard(0).Search(sample.Query(null, 1, filter))).Error;
        Assert.Equal(slug, error?.Slug);
        Assert.Equal(pointer, error?.Fields.First().Pointer);
        Assert.Equal(slug, (await sample.Shard(0).DeleteMatching(sample.Index.Version, Encoding.UTF8.GetBytes(filter).AsImmutable())).Error?.Slug);
    }

    [Fact]
    public async Task A_search_whose_time_is_up_says_so()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        Assert.Equal(Slugs.Timeout, (await sample.Shard(0).Search(sample.Query(null, 1, budgetMilliseconds: 0))).Error?.Slug);
    }

    [Fact]
    public async Task Refused_documents_are_told_one_by_one_and_the_others_are_written()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        DocumentOperation[] operations =
        [
            Sample.Document(1),
            Sample.Document(2) with { Vector = new byte[8] },
            Sample.Document(3) with { Metadata = """{"price":"cheap"}"""u8.ToArray() },
            new(OperationKind.Delete, Sample.Id(99)),
        ];
        var outcomes = Sample.Ok(await sample.Shard(0).Write(new DocumentBatch(sample.Index.Version, [.. operations]))).Outcomes;
        Assert.Equal([WriteStatus.Created, WriteStatus.Failed, WriteStatus.Failed, WriteStatus.NotFound], outcomes.Select(outcome => outcome.Status));
        Assert.Equal(Slugs.DimensionMismatch, outcomes[1].Error?.Slug);
        Assert.Equal(Slugs.InvalidMetadata, outcomes[2].Error?.Slug);
        Assert.Equal("/metadata/price", outcomes[2].Error?.Fields.Single().Pointer);
        Assert.Equal(1, (await sample.Shard(0).GetStatus()).Documents);
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;

namespace ClipOrleans.Grains.Tests.Indexes;

// Danger: a crash between two steps of a creation, change or deletion leaves half an index for ever.
// Invariants: I2 for indexes: after any crash it is there whole or not at all; a change that was begun is finished.
// Method: the catalog file is put into the state that each crash leaves, with the shards as they were then.
public sealed class IndexGrainTests
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);
    private static readonly IndexPatch s_addSize = new([new FieldSpec("size", "number")], TargetRecall: 0.99, KeepImages: null);

    [Theory]
    [InlineData("deleting")]
    [InlineData("creating")]
    public async Task I2_What_was_cut_short_is_removed_when_the_tenant_wakes_without_being_asked(string phase)
    {
        using var data = new TempFolder();
        await LeaveAsync(data.Path, state => state["phase"] = phase);
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var started = Stopwatch.GetTimestamp();
        do
        {
            Assert.Empty(await cluster.Tenant("acme").ListIndexes());
            Assert.True(Stopwatch.GetElapsedTime(started) < s_hang, "the shards are still there");
        }
        while (IndexFolders(data.Path).Length > 0);
    }

    [Fact]
    public async Task I2_A_name_whose_deletion_was_cut_short_can_be_taken_at_once()
    {
        using var data = new TempFolder();
        var former = await LeaveAsync(data.Path, state => state["phase"] = "deleting");
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        Assert.True((await cluster.Tenant("acme").CreateIndex(Sample.Spec("pictures"))).IsSuccess);
        Assert.Equal([$"pictures-{former + 1}"], IndexFolders(data.Path));
    }

    [Fact]
    public async Task I2_A_creation_cut_short_leaves_nothing()
    {
        using var data = new TempFolder();
        await LeaveAsync(data.Path, state => state["phase"] = "creating");
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        Assert.Equal(Slugs.IndexNotFound, (await cluster.Index("acme", "pictures").Describe()).Error?.Slug);
        Assert.Equal(Slugs.IndexNotFound, (await cluster.Tenant("acme").DeleteIndex("pictures")).Error?.Slug);
        Assert.Empty(IndexFolders(data.Path));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(data.Path, "catalog", "index")));
    }

    [Fact]
    public async Task A_name_without_an_index_is_free()
    {
        using var data = new TempFolder();
        var former = await LeaveAsync(data.Path, _ => { });
        File.Delete(Path.Combine(data.Path, "catalog", "index", "acme.pictures.json"));
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        Assert.Empty(await cluster.Tenant("acme").ListIndexes());
        Assert.Equal(former + 1, (await cluster.Tenant("acme").CreateIndex(Sample.Spec("pictures"))).Value.Incarnation);
    }

    [Fact]
    public async Task A_change_cut_short_is_finished_before_the_index_is_described()
    {
        using var data = new TempFolder();
        await LeaveAsync(data.Path, state =>
        {
            var change = state["description"]!.DeepClone();
            change["version"] = 2;
            change["spec"]!["targetRecall"] = 0.99;
            change["spec"]!["fields"]!.AsArray().Add(new JsonObject { ["name"] = "size", ["type"] = "number" });
            state["change"] = change;
        });
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var described = (await cluster.Index("acme", "pictures").Describe()).Value;
        Assert.Equal(2, described.Version);
        var sample = new Sample(cluster, described);
        Assert.Equal(1, (await sample.SearchAsync(sample.Query(null, 10, """{"size":{"$gt":0}}"""))).Matched);
    }

    [Fact]
    public async Task A_field_added_is_filled_from_the_stored_metadata_on_every_shard()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures", shards: 3);
        await sample.WriteAsync(Enumerable.Range(0, 30).Select(number => Sample.Document(number, version: number % 2)));
        var patch = new IndexPatch([new FieldSpec("version", "number")], TargetRecall: null, KeepImages.None);
        var changed = (await cluster.Index("acme", "pictures").Update(patch)).Value;
        Assert.Equal(2, changed.Version);
        Assert.Equal(KeepImages.None, changed.Spec.KeepImages);
        Assert.Equal(Slugs.IndexChanged, (await sample.Shard(0).Search(sample.Query(null, 1))).Error?.Slug);

        sample.Index = changed;
        Assert.Equal(15, (await sample.SearchAsync(sample.Query(null, 30, """{"version":1}"""))).Matched);
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_keeps_the_version_and_an_impossible_one_says_why()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        await Sample.CreateAsync(cluster, "pictures");
        var index = cluster.Index("acme", "pictures");
        Assert.Equal(1, (await index.Update(new IndexPatch([new FieldSpec("price", "number")], 0.95, KeepImages.Thumbnail))).Value.Version);

        var refused = (await index.Update(new IndexPatch([new FieldSpec("new", "number"), new FieldSpec("price", "keyword")], null, null))).Error;
        Assert.Equal(Slugs.MalformedRequest, refused?.Slug);
        Assert.Equal("/fields/1/type", refused?.Fields.Single().Pointer);
        Assert.Equal(2, (await index.Describe()).Value.Spec.Fields.Length);
        Assert.Equal(Slugs.IndexNotFound, (await cluster.Index("acme", "nothing").Update(s_addSize)).Error?.Slug);
    }

    [Fact]
    public async Task A_catalog_that_knows_no_quantization_means_auto_and_a_change_reaches_each_shard()
    {
        using var data = new TempFolder();
        await LeaveAsync(data.Path, state => Assert.True(state["description"]!["spec"]!.AsObject().Remove("quantization")));
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            var index = cluster.Index("acme", "pictures");
            Assert.Equal(Quantization.Auto, (await index.Describe()).Value.Spec.Quantization);
            var changed = (await index.Update(new IndexPatch([], null, null, Quantization.Binary))).Value;
            Assert.Equal((2, Quantization.Binary), (changed.Version, changed.Spec.Quantization));
            Assert.Equal(2, (await index.Update(new IndexPatch([], null, null, Quantization.Binary))).Value.Version);
        }

        foreach (var manifest in Directory.EnumerateFiles(data.Path, "shard.json", SearchOption.AllDirectories))
            Assert.Equal("binary", (string?)JsonNode.Parse(await File.ReadAllTextAsync(manifest))!["quantization"]);
    }

    [Fact]
    public async Task The_status_tells_each_shard()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var sample = await Sample.CreateAsync(cluster, "pictures", shards: 3);
        await sample.WriteAsync(Enumerable.Range(0, 30).Select(number => Sample.Document(number)));
        var status = (await cluster.Index("acme", "pictures").GetStatus()).Value;
        Assert.Equal([0, 1, 2], status.Shards.Select(shard => shard.Shard));
        Assert.All(status.Shards, shard => Assert.Equal((ShardState.Ready, 100), (shard.State, shard.Percent)));
        Assert.Equal(30, status.Shards.Sum(shard => shard.Documents));
        Assert.All(status.Shards, shard => Assert.True(shard is { BytesOnDisk: > 0, BytesInMemory: > 0, Problem: null }));
        Assert.All(status.Shards, shard => Assert.Equal(shard.BytesInMemory, shard.Memory.Vectors + shard.Memory.Codes + shard.Memory.Other));
        Assert.Equal(Slugs.IndexNotFound, (await cluster.Index("acme", "nothing").GetStatus()).Error?.Slug);
    }

    /// <summary>An index with a document, and its catalog entry changed as a crash would have left it.</summary>
    /// <returns>The incarnation of the index.</returns>
    private static async Task<long> LeaveAsync(string data, Action<JsonNode> change)
    {
        long incarnation;
        await using (var cluster = await GrainsCluster.StartAsync(data))
        {
            var sample = await Sample.CreateAsync(cluster, "pictures", shards: 2);
            incarnation = sample.Index.Incarnation;
            await sample.WriteAsync([Sample.Document(1) with { Metadata = """{"size":5}"""u8.ToArray() }]);
        }

        Assert.Equal([$"pictures-{incarnation}"], IndexFolders(data));
        var file = Path.Combine(data, "catalog", "index", "acme.pictures.json");
        var entry = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        change(entry["state"]!);
        // Nobody sealed it: as files were before there was a checksum.
        entry.AsObject().Remove("checksum");
        await File.WriteAllTextAsync(file, entry.ToJsonString());
        return incarnation;
    }

    private static string[] IndexFolders(string data) =>
        [.. Directory.EnumerateDirectories(Path.Combine(data, "tenants", "acme", "indexes")).Select(folder => Path.GetFileName(folder))];
}

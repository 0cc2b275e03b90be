using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Storage.Tests.Engine;

// Danger: a field added later that finds only what was written after it; a deletion by filter that misses or takes too much.
// Invariant: every declared field is derived from all stored metadata; a deletion takes exactly what matches; memory of
// replaced rows comes back.
// Method: filters counted before and after, live and reopened, also after a death between the log and the manifest.
public sealed class SchemaAndDeletionTests
{
    private static readonly FieldSchema Wider = new([new("colour", FieldType.Keyword), new("price", FieldType.Number), new("size", FieldType.Number)]);

    private static readonly ShardDescriptor Newer = Samples.Descriptor with { IndexVersion = 2, Schema = Wider, TargetRecall = 0.9, Quantization = Quantization.Binary };

    [Fact]
    public async Task An_added_field_is_found_in_what_was_stored_before()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk))
        {
            await shard.WriteAsync([.. Enumerable.Range(0, 300).Select(i => Samples.Upsert($"d{i}", $$"""{"size":{{i % 3}}}""", i))]);
            await shard.WriteOneAsync(Samples.Upsert("odd", """{"size":"large"}"""));
            await shard.ReconfigureAsync(Newer);
            await CheckAsync(shard);
            Assert.Equal(StoredStatus.Failed, (await shard.WriteOneAsync(Samples.Upsert("new", """{"size":"large"}"""))).Status);
            await shard.ReconfigureAsync(Samples.Descriptor);
            await CheckAsync(shard);
        }

        await using var reopened = await Samples.OpenAsync(disk);
        await CheckAsync(reopened);

        static Task CheckAsync(ShardEngine shard)
        {
            Assert.Equal(Newer, shard.Descriptor);
            Assert.Equal(100, shard.View.CountMatches(Parse("""{"size":1}""", Wider)));
            Assert.Equal(301, shard.View.Count);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_death_between_the_log_and_the_manifest_keeps_the_change()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        await shard.WriteOneAsync(Samples.Upsert("a", """{"size":1}"""));
        var manifest = disk.Bytes(Samples.Directory + "/shard.json");
        await shard.ReconfigureAsync(Newer);
        var after = disk.AfterCrash(Unforced.Lost);
        after.Tamper(Samples.Directory + "/shard.json", _ => manifest);
        await using var reopened = await Samples.OpenAsync(after);
        Assert.Equal(Newer, reopened.Descriptor);
        Assert.Equal(1, reopened.View.CountMatches(Parse("""{"size":1}""", Wider)));
    }

    [Fact]
    public async Task Model_and_dimensions_never_change()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        await Assert.ThrowsAsync<ArgumentException>(() => shard.ReconfigureAsync(Newer with { Dimensions = 9 }));
        await Assert.ThrowsAsync<ArgumentException>(() => shard.ReconfigureAsync(Newer with { Model = "other" }));
        await Assert.ThrowsAsync<ArgumentException>(() => shard.ReconfigureAsync(Newer with { TargetRecall = 0 }));
        Assert.Equal(Samples.Descriptor, shard.Descriptor);
    }

    [Fact]
    public async Task A_deletion_by_filter_takes_exactly_what_matches()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        await shard.WriteAsync([.. Enumerable.Range(0, 100).Select(i => Samples.Upsert($"d{i}", $$"""{"price":{{i}}}""", i))]);
        Assert.Equal(30, await shard.DeleteMatchingAsync(Parse("""{"price":{"$lt":30}}""", Samples.Schema)));
        Assert.Equal(0, await shard.DeleteMatchingAsync(Parse("""{"price":{"$lt":30}}""", Samples.Schema)));
        Assert.Equal(70, shard.View.Count);
        Assert.Equal(70, await shard.DeleteMatchingAsync(null));
        Assert.Equal(0, shard.View.Count);
        await using var replayed = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(0, replayed.View.Count);
    }

    [Fact]
    public async Task More_than_one_step_of_deletions_and_rows_replaced_again_and_again_give_their_memory_back()
    {
        const int documents = 11_000;
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        var peak = 0L;
        for (var round = 0; round < 3; round++)
        {
            for (var start = 0; start < documents; start += 1_000)
                await shard.WriteAsync([.. Enumerable.Range(start, 1_000).Select(i => Samples.Upsert($"d{i}", seed: i))]);
            peak = Math.Max(peak, shard.Stats.BytesInMemory);
        }

        Assert.Equal(documents, shard.View.Count);
        await using var fresh = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(await shard.DumpAsync(), await fresh.DumpAsync());
        Assert.Equal(documents, await shard.DeleteMatchingAsync(null));
        Assert.Equal(0, shard.View.Count);
        await shard.WriteOneAsync(Samples.Upsert("one"));
        Assert.True(shard.Stats.BytesInMemory < peak / 2, $"{shard.Stats.BytesInMemory} bytes for one document, {peak} at the peak");
    }

    private static Filter Parse(string json, FieldSchema schema)
    {
        Assert.True(FilterParser.TryParse(System.Text.Encoding.UTF8.GetBytes(json), schema, out var filter, out _));
        return filter!;
    }
}

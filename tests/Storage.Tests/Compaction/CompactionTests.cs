using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Storage.Tests.Compaction;

// Danger: a log that only grows; or one that was shortened by what a document still needs.
// Invariant: I1 and I2 whatever is moved: every document is what it was, to the byte, now and after any opening; the log
// comes back to about what a fresh one takes; a search that found a row before its move still reads it.
// Method: overwritten, deleted and patched documents with images over many small segments, compared with the naive model.
public sealed class CompactionTests
{
    private const string Segment0 = Samples.Directory + "/log.0";

    [Fact]
    public async Task Documents_overwritten_twice_leave_a_log_within_a_third_of_a_fresh_one()
    {
        const int documents = 2_000;
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        for (var round = 0; round < 3; round++)
        {
            foreach (var batch in Enumerable.Range(0, round == 0 ? documents : documents / 2).Chunk(20))
                await shard.Engine.WriteAsync([.. batch.Select(i => Big($"d{i:D4}", round))]);
        }

        await shard.CompactAsync();
        var before = await shard.Engine.DumpAsync();
        await shard.RemoveRetiredAsync();
        var fresh = new SimulatedDisk();
        await using (var other = await Samples.CreateAsync(fresh))
        {
            foreach (var batch in Enumerable.Range(0, documents).Chunk(20))
                await other.WriteAsync([.. batch.Select(i => Big($"d{i:D4}", i < documents / 2 ? 2 : 0))]);
        }

        var (now, ideal) = (LogBytes(disk), LogBytes(fresh));
        var stats = shard.Engine.Stats.Compaction;
        Assert.True(now <= 1.3 * ideal, $"{now} bytes of log, where a fresh one has {ideal}: {stats}");
        Assert.True(stats is { Passes: > 0, MovedBytes: > 0, Problem: null }, stats.ToString());
        Assert.False(disk.Exists(Segment0));
        Assert.Equal(before, await shard.Engine.DumpAsync());

        // Also by the log alone, with nothing else in the directory.
        foreach (var unforced in new[] { Unforced.Kept, Unforced.Lost })
        {
            var crashed = disk.AfterCrash(unforced);
            await using (var reopened = await Samples.OpenAsync(crashed))
                Assert.Equal(before, await reopened.DumpAsync());
            foreach (var (name, _) in crashed.List(Samples.Directory).Where(file => !file.Name.StartsWith("log.", StringComparison.Ordinal)))
                crashed.Delete(Samples.Directory + "/" + name);
            await using var bare = await Samples.OpenAsync(crashed);
            Assert.Equal(before, await bare.DumpAsync());
        }
    }

    [Fact]
    public async Task A_row_found_before_its_move_is_read_until_its_segment_goes_and_by_id_afterwards()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        await shard.Engine.WriteOneAsync(Big("first", 1));
        var found = shard.Engine.View.Browse(afterId: null, skip: 0, take: 1, new SearchOptions()).Hits[0];
        for (var i = 0; i < 800; i++)
            await shard.Engine.WriteOneAsync(Big("again", i));
        await shard.CompactAsync();

        Assert.True(shard.Engine.Stats.Compaction.FreedBytes > 0);
        Assert.Equal("first", (await shard.Engine.ReadAsync(found.Locator, includeVector: true)).Id);
        Assert.True(disk.Exists(Segment0));
        await shard.RemoveRetiredAsync();
        Assert.False(disk.Exists(Segment0));
        await Assert.ThrowsAsync<ShardRowMovedException>(async () => await shard.Engine.ReadAsync(found.Locator, includeVector: true));
        Assert.Equal("first", (await shard.Engine.GetAsync("first", includeVector: true))?.Id);
    }

    [Fact]
    public async Task The_image_of_a_patched_document_moves_with_it()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        var image = Samples.Noise(300_000, seed: 1);
        await shard.Engine.WriteOneAsync(Samples.Upsert("pictured", image: image));
        await FillAsync(shard.Engine, 400);
        await shard.Engine.WriteOneAsync(Samples.Patch("pictured", """{"colour":"red"}"""));
        await FillAsync(shard.Engine, 800);
        await shard.CompactAsync();
        await shard.RemoveRetiredAsync();
        Assert.False(disk.Exists(Segment0));
        Assert.Equal(image, (await shard.Engine.ReadImageAsync("pictured"))?.Bytes.ToArray());
        await using var reopened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(image, (await reopened.ReadImageAsync("pictured"))?.Bytes.ToArray());
        Assert.Equal("""{"colour":"red"}""", await reopened.MetadataAsync("pictured"));
    }

    [Fact]
    public async Task What_all_was_deleted_leaves_a_segment_or_two()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        for (var i = 0; i < 600; i++)
            await shard.Engine.WriteOneAsync(Big($"d{i}", i));
        Assert.Equal(600, await shard.Engine.DeleteMatchingAsync(null));
        await shard.CompactAsync();
        await shard.RemoveRetiredAsync();
        Assert.InRange(LogBytes(disk), 0, 2 << 20);
        await using var reopened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(0, reopened.View.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Writes_that_go_on_meanwhile_are_all_there_as_in_a_naive_model(int seed)
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk();
        var model = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var shard = await CompactingShard.CreateAsync(disk))
        {
            for (var i = 0; i < 1500; i++)
            {
                var id = $"d{random.Next(120)}";
                switch (random.Next(10))
                {
                    case 0:
                        await shard.Engine.WriteOneAsync(Samples.Delete(id));
                        model.Remove(id);
                        break;
                    case 1 when model.ContainsKey(id):
                        await shard.Engine.WriteOneAsync(Samples.Patch(id, $$"""{"price":{{i}},"pad":null}"""));
                        model[id] = $$"""{"price":{{i}}}""";
                        break;
                    default:
                        var metadata = $$"""{"price":{{i}},"pad":"{{new string('p', random.Next(8_000))}}"}""";
                        await shard.Engine.WriteOneAsync(Samples.Upsert(id, metadata, i, random.Next(8) == 0 ? Samples.Noise(random.Next(1, 200_000), i) : null));
                        model[id] = metadata;
                        break;
                }
            }

            await shard.CompactAsync();
            Assert.True(shard.Engine.Stats.Compaction.Passes > 1);
            await CheckAsync(shard.Engine, model);
            await shard.RemoveRetiredAsync();
            await CheckAsync(shard.Engine, model);
            await using var killed = await Samples.OpenAsync(disk.AfterCrash(Unforced.Torn, seed));
            await CheckAsync(killed, model);
        }

        await using var reopened = await Samples.OpenAsync(disk);
        await CheckAsync(reopened, model);
    }

    [Fact]
    public async Task A_damaged_row_stops_it_with_a_reason_and_its_segment_stays()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        using (shard.Worker.Pause())
        {
            for (var i = 0; i < 300; i++)
                await shard.Engine.WriteOneAsync(Big($"d{i}", i));
            await FillAsync(shard.Engine, 700);
            Assert.Equal(0, shard.Engine.Stats.Compaction.MovedBytes);
            disk.Tamper(Samples.Directory + "/log.1", bytes =>
            {
                bytes[100_000] ^= 1;
                return bytes;
            });
        }

        await shard.CompactAsync();
        Assert.Contains("log.1", shard.Engine.Stats.Compaction.Problem);
        await shard.RemoveRetiredAsync();
        Assert.True(disk.Exists(Samples.Directory + "/log.1"));
        Assert.Equal(StoredStatus.Updated, (await shard.Engine.WriteOneAsync(Big("d0", 7))).Status);
        Assert.NotNull(await shard.Engine.GetAsync("d299", includeVector: true));
    }

    private static async Task FillAsync(ShardEngine shard, int writes)
    {
        for (var i = 0; i < writes; i++)
            await shard.WriteOneAsync(Big("filler", i));
    }

    private static StoredOperation Big(string id, int round) =>
        Samples.Upsert(id, $$"""{"price":{{round}},"pad":"{{new string('p', 5_000)}}"}""", seed: round);

    private static async Task CheckAsync(ShardEngine shard, Dictionary<string, string> model)
    {
        var dump = await shard.DumpAsync();
        Assert.Equal(model.Keys.Order(StringComparer.Ordinal), dump.Keys);
        foreach (var (id, metadata) in model)
            Assert.StartsWith(metadata + "|", dump[id]);
    }

    private static long LogBytes(SimulatedDisk disk) =>
        disk.List(Samples.Directory).Where(file => file.Name.StartsWith("log.", StringComparison.Ordinal)).Sum(file => file.Length);
}

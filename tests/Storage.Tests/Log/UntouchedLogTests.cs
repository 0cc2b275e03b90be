using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Log;

// Danger: a shard that was closed in order opens without putting its files in order, and the first write, which does that then, loses
// what was acknowledged, is acknowledged without being durable, or stops the shard for good.
// Invariants: until the first write nothing changes but the epoch; I1 and I4 hold from that write on as they do in every other shard.
// Method: the operations of a simulated disk are looked at; the first write fails, and the process dies, at each of them.
public sealed class UntouchedLogTests
{
    private const string Log = Samples.Directory + "/log.0";
    private const string Mark = Samples.Directory + "/commit.mark";

    [Fact]
    public async Task A_shard_that_is_only_read_changes_nothing_but_its_epoch()
    {
        var (disk, whole) = await ClosedAsync();
        var (log, mark, before) = (disk.Bytes(Log), disk.Bytes(Mark), disk.Trace.Count);
        long memory;
        await using (var shard = await Samples.OpenAsync(disk))
        {
            Assert.Equal(whole, await shard.DumpAsync());
            memory = shard.Memory.InMemory;
        }

        Assert.Equal(log, disk.Bytes(Log));
        Assert.Equal(mark, disk.Bytes(Mark));
        var changed = disk.Trace.Skip(before).ToList();
        Assert.Equal(["flush shard.json.3.tmp", "sync shard"], changed.Where(done => done.StartsWith("flush", StringComparison.Ordinal) || done.StartsWith("sync", StringComparison.Ordinal)));
        Assert.DoesNotContain(changed, done => done.Contains("log.", StringComparison.Ordinal) || done.Contains("mark", StringComparison.Ordinal));

        await using var again = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(whole, await again.DumpAsync());
        Assert.Equal(4, again.Epoch);
        Assert.InRange(again.Memory.InMemory, memory - 4096, memory + 4096);
        await again.WriteOneAsync(Samples.Upsert("first"));
        Assert.True(again.Memory.InMemory >= memory + (2 << 18), "pages of the log are counted once there are some");
    }

    [Fact]
    public async Task The_first_write_begins_a_mark_and_a_segment_of_its_own()
    {
        var (disk, _) = await ClosedAsync();
        await using (var shard = await Samples.OpenAsync(disk))
        {
            await shard.WriteOneAsync(Samples.Upsert("first"));
            await shard.WriteOneAsync(Samples.Upsert("second"));
        }

        Assert.Contains("rename log.0", disk.Trace);
        var mark = CommitMark.Find(disk, new ShardFiles(Samples.Directory))!.Value;
        Assert.Equal(3, mark.Epoch);
        await using var again = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(mark.Sequence, again.AppliedSequence);
        Assert.Equal(5, again.View.Count);
    }

    [Fact]
    public async Task I1_The_first_write_is_there_or_not_at_whatever_operation_the_device_goes()
    {
        var (closed, whole) = await ClosedAsync();
        var (answered, refused) = (0, 0);
        for (var fails = 0; fails == 0 || answered == 0; fails++)
        {
            var disk = closed.AfterCrash(Unforced.Lost);
            await using var shard = await Samples.OpenAsync(disk);
            disk.FailFrom = disk.Operations + fails;
            var isThere = true;
            try
            {
                await shard.WriteOneAsync(Samples.Upsert("first", seed: 7));
                answered++;
            }
            catch (ShardUnavailableException)
            {
                (isThere, refused) = (false, refused + 1);
            }

            Assert.Equal(whole.Count + (isThere ? 1 : 0), shard.View.Count);
            foreach (var unforced in Enum.GetValues<Unforced>())
            {
                await using var after = await Samples.OpenAsync(disk.AfterCrash(unforced, seed: fails));
                var dump = await after.DumpAsync();
                Assert.True(dump.Remove("first") || !isThere, $"the write was answered and is lost, {unforced} after {fails} operations");
                Assert.Equal(whole, dump);
                await after.WriteOneAsync(Samples.Upsert("first", seed: 8));
            }
        }

        Assert.True(refused > 5, $"the device failed at {refused} operations only");
    }

    [Fact]
    public async Task I4_A_replaced_owner_that_writes_before_the_new_one_does_is_refused_and_leaves_nothing()
    {
        var disk = new SimulatedDisk();
        await using var old = await Samples.CreateAsync(disk);
        for (var i = 0; i < 3; i++)
            await old.WriteOneAsync(Samples.Upsert($"d{i}", seed: i));
        disk.Delete(Samples.Directory + "/shard.lock"); // somebody has: it keeps nobody out any more
        await using var shard = await Samples.OpenAsync(disk);
        await Assert.ThrowsAsync<ShardFencedException>(() => old.WriteOneAsync(Samples.Upsert("late")));
        await shard.WriteOneAsync(Samples.Upsert("first", seed: 9));
        await Assert.ThrowsAsync<ShardFencedException>(() => old.WriteOneAsync(Samples.Upsert("later")));

        await using var again = await Samples.OpenAsync(disk.AfterCrash(Unforced.Kept));
        Assert.Equal(await shard.DumpAsync(), await again.DumpAsync());
        Assert.Equal(4, again.View.Count);
    }

    private static async Task<(SimulatedDisk Disk, SortedDictionary<string, string> Whole)> ClosedAsync()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk, static options => options.SnapshotEveryBytes = 0);
        for (var i = 0; i < 3; i++)
            await shard.WriteOneAsync(Samples.Upsert($"d{i}", $$"""{"price":{{i}}}""", seed: i));
        return (disk, await shard.DumpAsync());
    }
}

using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Compaction;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Crash;

// Danger: the old place of a row is gone before the device has the new one; a log whose begin nobody knows any more.
// Invariant: I1 and I2 at every step of compaction: what was answered is there, whole, and by the log alone as well.
// Method: as for writes, the device dies before each operation of a workload in turn: here one whose log is compacted
// and whose old segments are removed.
public sealed class I1_CompactionCrashTests
{
    private const int Documents = 150;

    [Fact]
    public async Task I1_I2_At_every_point_of_death_of_a_compaction_the_answered_is_there_and_whole()
    {
        var whole = new SimulatedDisk();
        var answered = await RunAsync(whole);
        Assert.Equal(Documents + 3, answered.Count);
        Assert.Contains("delete log.0", whole.Trace);
        var operations = whole.Operations;
        for (var death = 0; death < operations; death++)
        {
            var disk = new SimulatedDisk { FailFrom = death };
            var steps = await RunAsync(disk);
            Assert.True(disk.FailuresShown > 0, $"the device did not die at operation {death} of {operations}");
            foreach (var unforced in Enum.GetValues<Unforced>())
            {
                var after = disk.AfterCrash(unforced, seed: death);
                if (!ShardEngineIsThere(after))
                {
                    Assert.Empty(steps);
                    continue;
                }

                var bare = LogOf(after);
                await CheckAsync(after, steps, $"death at {death}, {unforced}");

                // Before the first answer there may be no log yet.
                if (steps.Count > 0)
                    await CheckAsync(bare, steps, $"death at {death}, {unforced}, log alone");
            }
        }
    }

    /// <returns>What was answered of each document, while the device lived.</returns>
    private static async Task<Dictionary<string, int>> RunAsync(SimulatedDisk disk)
    {
        var answered = new Dictionary<string, int>(StringComparer.Ordinal);
        try
        {
            await using var shard = await CompactingShard.CreateAsync(disk);
            using (shard.Worker.Pause())
            {
                await WriteAsync(shard.Engine, answered, 0, Enumerable.Range(0, Documents).Select(i => $"d{i}"));
                await WriteAsync(shard.Engine, answered, 0, ["picture"], Samples.Noise(200_000, seed: 1));
                for (var round = 1; round < 4; round++)
                    await WriteAsync(shard.Engine, answered, round, Enumerable.Range(0, Documents).Where(i => i % 3 != 0).Select(i => $"d{i}"));
                await WriteAsync(shard.Engine, answered, 0, ["between"]);
            }

            await shard.CompactAsync();
            await shard.RemoveRetiredAsync();
            await WriteAsync(shard.Engine, answered, 0, ["after"]);
        }
        catch (Exception e) when (e is ShardException or IOException)
        {
            // The device has died, as the loop above wanted.
        }

        return answered;
    }

    private static async Task WriteAsync(ShardEngine shard, Dictionary<string, int> answered, int round, IEnumerable<string> ids, byte[]? image = null)
    {
        var batch = ids.ToList();
        await shard.WriteAsync([.. batch.Select(id => Samples.Upsert(id, Metadata(round), round, image))]);
        foreach (var id in batch)
            answered[id] = round;
    }

    private static string Metadata(int round) => $$"""{"price":{{round}},"pad":"{{new string('p', 4_000)}}"}""";

    private static async Task CheckAsync(SimulatedDisk disk, Dictionary<string, int> answered, string when)
    {
        await using var shard = await Samples.OpenAsync(disk);
        var dump = await shard.DumpAsync();
        foreach (var (id, round) in answered)
        {
            Assert.True(dump.TryGetValue(id, out var found), $"{when}: {id} was answered and is gone");
            Assert.True(found.StartsWith(Metadata(round), StringComparison.Ordinal) || found.StartsWith(Metadata(round + 1), StringComparison.Ordinal), $"{when}: {id} went back");
        }

        if (answered.ContainsKey("picture"))
            Assert.Equal(200_000, (await shard.ReadImageAsync("picture"))?.Bytes.Length);
        Assert.Equal(StoredStatus.Created, (await shard.WriteOneAsync(Samples.Upsert("later"))).Status);
    }

    private static SimulatedDisk LogOf(SimulatedDisk disk)
    {
        var bare = disk.AfterCrash(Unforced.Kept);
        foreach (var (name, _) in bare.List(Samples.Directory).Where(file => !file.Name.StartsWith("log.", StringComparison.Ordinal)))
            bare.Delete(Samples.Directory + "/" + name);
        return bare;
    }

    private static bool ShardEngineIsThere(SimulatedDisk disk) =>
        disk.Exists(Samples.Directory + "/shard.json") || disk.List(Samples.Directory).Any(file => file.Name.StartsWith("log.", StringComparison.Ordinal));
}

using ClipOrleans.Storage.Snapshots;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Storage.Tests.Snapshots;

namespace ClipOrleans.Storage.Tests.Faults;

// Danger: half a snapshot takes the last room of a disk, which the log needs.
// Invariant: a snapshot that fails leaves nothing behind and costs nothing but itself.
// Method: a second snapshot fails at each of its operations in turn; removing is what a full disk still lets one do.
public sealed class SnapshotRoomTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_fails_leaves_the_room_it_took_and_the_next_one_holds(bool afterAnother)
    {
        var failures = 0;
        for (var fault = 0; ; fault++)
        {
            var disk = new SimulatedDisk();
            await using var shard = await Samples.CreateAsync(disk);
            await shard.WriteAsync([.. Enumerable.Range(0, 200).Select(i => Samples.Upsert($"d{i}", seed: i))]);
            if (afterAnother)
                await shard.SnapshotAsync(TestContext.Current.CancellationToken);
            await shard.WriteAsync([.. Enumerable.Range(100, 200).Select(i => Samples.Upsert($"d{i}", seed: i + 1_000))]);
            var before = Saved(disk);
            var left = fault;
            disk.FailOnly = operation => IsOfSnapshot(operation) && left-- == 0;
            disk.FailFrom = 0;
            var failed = await Record.ExceptionAsync(() => shard.SnapshotAsync(TestContext.Current.CancellationToken));
            disk.FailFrom = int.MaxValue;
            if (failed is null)
                break;
            failures++;
            Assert.IsType<IOException>(failed);
            if (shard.Stats.Snapshots.Sequence < shard.Stats.Sequence && !disk.Exists($"{Samples.Directory}/snapshot.{shard.Stats.Sequence}.{shard.Stats.Epoch}"))
                Assert.Equal(before, Saved(disk));
            Assert.Null(shard.Stats.ReadOnlyReason);
            await shard.WriteOneAsync(Samples.Upsert("later"));
            await shard.SnapshotAsync(TestContext.Current.CancellationToken);
            await using var opened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
            Assert.Equal(opened.Stats.Sequence, opened.Stats.Snapshots.Sequence);
            Assert.Equal(await Answers.OfAsync(shard), await Answers.OfAsync(opened));
        }

        Assert.InRange(failures, 8, 40);
    }

    /// <summary>The mark of the last group may be on its way meanwhile.</summary>
    private static bool IsOfSnapshot(string operation) =>
        operation.Split(' ') is [not ("delete" or "truncate"), var name] && (SnapshotName.IsAny(name) || operation == "sync shard");

    private static List<(string Name, long Length)> Saved(SimulatedDisk disk) =>
        [.. disk.List(Samples.Directory).Where(file => SnapshotName.IsAny(file.Name)).OrderBy(file => file.Name, StringComparer.Ordinal)];
}

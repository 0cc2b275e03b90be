using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Reading;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Damage;

// Danger: a shard that lost its files opens as if it had always been empty, shows what belongs to another document, or gives
// back segments whose rows it did not see.
// Invariant: I1; such a shard is refused with the file named, and loses nothing more.
// Method: the files that chance hits too rarely, each case by itself.
public sealed class LostAndForeignFilesTests
{
    private const string Log = Samples.Directory + "/log.";

    [Fact]
    public async Task I1_A_shard_whose_log_and_mark_are_gone_does_not_open_empty()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk))
            await shard.WriteOneAsync(Samples.Upsert("a"));
        disk.Delete(Log + "0");
        disk.Delete(Samples.Directory + "/commit.mark");
        for (var opening = 0; opening < 2; opening++)
        {
            var refused = await Assert.ThrowsAsync<ShardCorruptException>(() => Samples.OpenAsync(disk));
            Assert.Equal(Log + "0", refused.File);
        }
    }

    [Fact]
    public async Task A_shard_that_died_before_its_first_record_is_begun_again()
    {
        // Every operation of a creation is the last one once; none of what it leaves may be taken for a loss.
        var whole = new SimulatedDisk();
        await (await Samples.CreateAsync(whole)).DisposeAsync();
        var begunAgain = 0;
        for (var operations = 0; ; operations++)
        {
            var disk = new SimulatedDisk { FailFrom = operations };
            try
            {
                await (await Samples.CreateAsync(disk)).DisposeAsync();
                break;
            }
            catch (Exception e) when (e is IOException or ShardException or UnauthorizedAccessException)
            {
                foreach (var unforced in Enum.GetValues<Unforced>())
                {
                    var after = disk.AfterCrash(unforced);
                    if (!after.Exists(Samples.Directory + "/shard.json"))
                        continue;
                    await using var shard = await Samples.OpenAsync(after);
                    await shard.WriteOneAsync(Samples.Upsert("a"));
                    begunAgain++;
                }
            }
        }

        Assert.True(begunAgain > 10, $"{begunAgain}");
    }

    [Fact]
    public async Task A_segment_of_another_shard_shows_nobody_elses_documents()
    {
        var (mine, theirs) = (await SnapshottedAsync("mine"), await SnapshottedAsync("them"));
        mine.Tamper(Log + "0", _ => theirs.Bytes(Log + "0"));
        await using var shard = await Samples.OpenAsync(mine);
        Assert.True(shard.Stats.Snapshots.Sequence > 0);
        var refused = await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.GetAsync("mine3", includeVector: true));
        Assert.Equal(Log + "0", refused.File);
        Assert.Equal(Log + "0", (await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.ReadImageAsync("mine3"))).File);
        var hits = shard.View.Search(new float[] { 1, 0, 0, 0, 0, 0, 0, 0 }, new() { TopK = 30 }).Hits;
        await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.ReadManyAsync([.. hits.Select(static hit => hit.Locator)], [.. hits.Select(static hit => hit.Id)], includeVector: false));

        // A patch would make another document's metadata this one's.
        Assert.Equal(FailureReasons.StorageUnavailable, (await shard.WriteOneAsync(Samples.Patch("mine3", """{"price":1}"""))).Reason);
    }

    [Fact]
    public async Task I1_What_a_sweep_did_not_see_is_not_given_back()
    {
        var disk = await SnapshottedAsync("mine");
        await using var whole = await Samples.OpenAsync(disk.AfterCrash(Unforced.Kept));

        // The last page of the first segment becomes what the end of a page looks like: zeros.
        disk.Tamper(Log + "0", static bytes => [.. bytes[..(3 << 18)], .. new byte[bytes.Length - (3 << 18)]]);
        var files = new ShardFiles(Samples.Directory);
        var options = Samples.SmallPages();
        var point = CommitMark.Find(disk, files)!.Value;
        var segments = new SegmentFiles(disk, files, new LogGeometry(options.PageSizeBits, options.SegmentSizeBits));
        await using var log = new FasterShardLog(segments, point, new LogEnd(disk, files, segments, broken: null, options, NullLogger.Instance), options);
        var sweep = new LogSweep(log, new RowReader(log, cacheBytes: 0), point.Until);
        var refused = Assert.Throws<ShardCorruptException>(() =>
        {
            while (sweep.Position < point.Until)
                sweep.NextPage(whole.View);
        });
        Assert.Equal(Log + "0", refused.File);
        Assert.True(sweep.Swept < 1 << options.SegmentSizeBits);
    }

    private static async Task<SimulatedDisk> SnapshottedAsync(string prefix)
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        for (var i = 0; i < 30; i++)
            await shard.WriteOneAsync(Samples.Upsert($"{prefix}{i}", $$"""{"note":"{{new string('x', 50_000)}}"}""", seed: i));
        await shard.SnapshotAsync();
        return disk;
    }
}

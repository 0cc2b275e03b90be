using System.Collections.Concurrent;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Compaction;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Backup;

// Danger: a backup that is no copy of any moment, one that a crash cut short and that counts all the same, or one whose
// files changed since and that is restored to wrong answers.
// Invariant: I1 and I2 for backups: whatever was answered before the copy is in it, whole; a backup is whole or absent.
// Method: copy while writers write and compare; let the device die at every operation of the copying and of the restoring;
// change a bit, cut and swap files.
public sealed class I1_BackupTests
{
    private const string Restored = "/restored";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task I1_I2_A_copy_made_while_writers_write_has_all_that_was_answered_before(bool linksFail)
    {
        var disk = new SimulatedDisk { LinksFail = linksFail };
        await using var shard = await Samples.CreateAsync(disk);
        await FillAsync(shard);
        using var enough = new CancellationTokenSource();
        var answered = new ConcurrentDictionary<string, bool>();
        var begun = new TaskCompletionSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await shard.WriteAsync([Samples.Upsert($"w{writer}-{i}a", seed: i), Samples.Upsert($"w{writer}-{i}b", seed: i)]);
                answered[$"w{writer}-{i}"] = true;
                if (i == 20)
                    begun.TrySetResult();
            }
        })).ToList();
        await begun.Task;
        var before = answered.Keys.ToList();
        var manifest = await Backups.MakeAsync(disk, shard);
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        Backups.Restore(disk, Restored);
        await using var restored = await OpenRestoredAsync(disk);
        var dump = await restored.DumpAsync();
        Assert.Equal(manifest.Documents, dump.Count);
        Assert.All(before, batch => Assert.True(dump.ContainsKey(batch + "a") && dump.ContainsKey(batch + "b"), $"{batch} was answered before the copy and is not in it"));
        Assert.DoesNotContain(dump.Keys.Where(id => id[0] == 'w'), id => !dump.ContainsKey(id[..^1] + (id[^1] == 'a' ? 'b' : 'a')));
        Assert.Equal(linksFail, !disk.Trace.Any(operation => operation.StartsWith("link", StringComparison.Ordinal)));
        Assert.Equal(StoredStatus.Created, (await restored.WriteOneAsync(Samples.Upsert("later"))).Status);
        Assert.Equal(StoredStatus.Created, (await shard.WriteOneAsync(Samples.Upsert("later"))).Status);
    }

    [Fact]
    public async Task I1_A_log_that_begins_later_is_copied_from_there_on_and_segments_that_go_meanwhile_stay_in_the_copy()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 20; i++)
                await shard.Engine.WriteAsync([Samples.Upsert($"d{i}", $$"""{"price":{{round}}}""", i, Samples.Noise(100_000, i + round))]);
        }

        await shard.CompactAsync();
        var expected = await shard.Engine.DumpAsync();
        await Backups.MakeAsync(disk, shard.Engine);
        await shard.RemoveRetiredAsync();
        Assert.False(disk.Exists(Samples.Directory + "/log.0"));
        Assert.DoesNotContain(disk.List(Backups.Of(disk).DirectoryOf(Backups.Id, 0)), file => file.Name == "log.0");
        Backups.Restore(disk, Restored);
        await using var restored = await OpenRestoredAsync(disk);
        Assert.Equal(expected, await restored.DumpAsync());
        Assert.Equal(StoredStatus.Created, (await restored.WriteOneAsync(Samples.Upsert("later"))).Status);
    }

    [Theory]
    [InlineData(Unforced.Kept)]
    [InlineData(Unforced.Lost)]
    [InlineData(Unforced.Torn)]
    public async Task I2_At_every_point_of_death_a_backup_is_whole_or_absent(object unforced)
    {
        var whole = new SimulatedDisk();
        var (_, first, last) = await RunAsync(whole, int.MaxValue);
        Assert.InRange(last - first, 20, 400);
        var counted = 0;
        for (var death = first; death < last; death++)
        {
            var disk = new SimulatedDisk();
            var (expected, _, _) = await RunAsync(disk, death);
            Assert.True(disk.FailuresShown > 0, $"the device did not die at operation {death}");
            var after = disk.AfterCrash((Unforced)unforced, seed: death);
            await using var shard = await Samples.OpenAsync(after);
            Assert.Equal(expected, await shard.DumpAsync());
            foreach (var id in Backups.Of(after).List())
            {
                counted++;
                Backups.Restore(after, Restored);
                await using var restored = await OpenRestoredAsync(after);
                Assert.Equal(expected, await restored.DumpAsync());
            }

            Backups.Of(after).DiscardAll();
            Assert.DoesNotContain(after.DirectoryExists(Backups.Folder) ? after.Directories(Backups.Folder) : [], name => name.EndsWith(".tmp", StringComparison.Ordinal));
        }

        // Only after the rename: the deaths before it leave nothing that counts.
        Assert.InRange(counted, 0, 3);
    }

    [Fact]
    public async Task I2_At_every_point_of_death_a_restored_shard_is_whole_or_absent()
    {
        var source = new SimulatedDisk();
        var (expected, _, _) = await RunAsync(source, int.MaxValue);
        var whole = source.AfterCrash(Unforced.Kept);
        Backups.Restore(whole, Restored);
        Assert.InRange(whole.Operations, 8, 200);
        for (var death = 0; death < whole.Operations; death++)
        {
            var disk = source.AfterCrash(Unforced.Kept);
            disk.FailFrom = death;
            Assert.ThrowsAny<IOException>(() => Backups.Restore(disk, Restored));
            var after = disk.AfterCrash(Unforced.Lost);
            ShardRestore.Discard(after, Restored);
            if (!after.DirectoryExists(Restored) || !after.Exists(Restored + "/shard.json"))
                continue;
            await using var restored = await OpenRestoredAsync(after);
            Assert.Equal(expected, await restored.DumpAsync());
        }
    }

    [Fact]
    public async Task A_file_of_a_backup_that_was_changed_is_refused_by_name_and_nothing_is_left()
    {
        var disk = new SimulatedDisk();
        await RunAsync(disk, int.MaxValue);
        var folder = Backups.Of(disk).DirectoryOf(Backups.Id, 0);
        Func<byte[], byte[]>[] changes = [bytes => Flipped(bytes, bytes.Length / 2), bytes => bytes[..^1], bytes => [.. bytes, 0], _ => []];
        foreach (var (name, _) in disk.List(folder))
        {
            foreach (var change in changes)
            {
                var damaged = disk.AfterCrash(Unforced.Kept);
                damaged.Tamper(Path.Combine(folder, name), change);
                var refused = Assert.Throws<ShardCorruptException>(() => Backups.Restore(damaged, Restored));
                Assert.Equal(name, Path.GetFileName(refused.File));
                Assert.False(damaged.DirectoryExists(Restored) || damaged.DirectoryExists(Restored + ".tmp"));
            }
        }
    }

    [Fact]
    public async Task Any_bit_of_the_manifest_that_was_changed_is_noticed()
    {
        var disk = new SimulatedDisk();
        await RunAsync(disk, int.MaxValue);
        var path = Path.Combine(Backups.Of(disk).DirectoryOf(Backups.Id), BackupManifest.FileName);
        var bytes = disk.Bytes(path);
        var manifest = BackupManifest.Parse(bytes, path);
        for (var at = 0; at < bytes.Length; at++)
        {
            // White space between the values is nobody's loss.
            if (bytes[at] is not ((byte)' ' or (byte)'\n'))
                Assert.Throws<ShardCorruptException>(() => BackupManifest.Parse(Flipped(bytes, at), path));
        }

        Assert.Equal(manifest.ToJson(), bytes);
    }

    [Theory]
    [InlineData("../shard.json")]
    [InlineData("log.01")]
    [InlineData("log.-1")]
    [InlineData("shard.lock")]
    [InlineData("/etc/passwd")]
    public async Task A_manifest_that_names_what_is_no_file_of_a_shard_is_refused(string name)
    {
        var disk = new SimulatedDisk();
        await RunAsync(disk, int.MaxValue);
        var manifest = Backups.Of(disk).Read(Backups.Id);
        var shard = manifest.Shards[0];
        var hostile = manifest with { Shards = [shard with { Files = [.. shard.Files, new BackupFile(name, 1, "0000000000000000")] }] };
        Assert.Throws<ShardCorruptException>(() => BackupManifest.Parse(hostile.ToJson(), "backup.json"));
    }

    [Fact]
    public async Task A_manifest_with_null_or_with_numbers_that_nothing_can_be_added_to_is_refused_even_with_a_right_checksum()
    {
        var disk = new SimulatedDisk();
        await RunAsync(disk, int.MaxValue);
        var manifest = Backups.Of(disk).Read(Backups.Id);
        var shard = manifest.Shards[0];
        BackupManifest[] forged =
        [
            manifest with { Fields = [null!] }, manifest with { Shards = [null!] }, manifest with { Shards = [shard, null!] }, manifest with { Shards = [shard with { Files = [.. shard.Files, null!] }] },
            manifest with { Shards = [shard with { Documents = long.MaxValue }] }, manifest with { Shards = [shard with { IndexVersion = manifest.IndexVersion + 1 }] },
            manifest with { Shards = [shard with { Files = [.. shard.Files, new BackupFile("log.99", long.MaxValue, "0000000000000000")] }] },
        ];
        Assert.All(forged, backup => Assert.Equal("backup.json", Assert.Throws<ShardCorruptException>(() => BackupManifest.Parse(backup.ToJson(), "backup.json")).File));
    }

    [Fact]
    public async Task A_shard_of_another_index_is_told_from_the_one_that_the_manifest_describes()
    {
        var disk = new SimulatedDisk();
        await RunAsync(disk, int.MaxValue);
        var manifest = Backups.Of(disk).Read(Backups.Id);
        var json = disk.Bytes(Path.Combine(Backups.Of(disk).DirectoryOf(Backups.Id, 0), "shard.json"));
        manifest.CheckShard(0, json);
        Assert.Throws<ShardCorruptException>(() => (manifest with { Dimensions = manifest.Dimensions + 1 }).CheckShard(0, json));
        Assert.Throws<ShardCorruptException>(() => (manifest with { Model = "other" }).CheckShard(0, json));
    }

    [Fact]
    public async Task I4_A_shard_whose_owner_was_replaced_is_not_copied()
    {
        var disk = new SimulatedDisk();
        await using var old = await Samples.CreateAsync(disk);
        var forgetful = disk.AfterCrash(Unforced.Kept);
        await using (await Samples.OpenAsync(forgetful))
            disk.Tamper(Samples.Directory + "/shard.json", _ => forgetful.Bytes(Samples.Directory + "/shard.json"));
        await Assert.ThrowsAsync<ShardFencedException>(() => Backups.MakeAsync(disk, old));
    }

    [Fact]
    public async Task Cutting_a_restored_shard_leaves_the_backup_as_it_is()
    {
        var disk = new SimulatedDisk();
        await RunAsync(disk, int.MaxValue);
        Backups.Restore(disk, Restored);
        var shared = Path.Combine(Backups.Of(disk).DirectoryOf(Backups.Id, 0), "log.0");
        var before = disk.Bytes(shared);
        // An operator gives up what lies behind damage in a full segment: the mark is moved away, and the log is cut there.
        disk.Delete(Restored + "/commit.mark");
        disk.Delete(Restored + "/log.1");
        await using (var cut = await OpenRestoredAsync(disk))
            await cut.WriteOneAsync(Samples.Upsert("later"));
        Assert.Equal(before, disk.Bytes(shared));
    }

    private static Task<ShardEngine> OpenRestoredAsync(SimulatedDisk disk) =>
        ShardEngine.OpenAsync(disk, Restored, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var changed = bytes.ToArray();
        if (changed.Length > 0)
            changed[at] ^= 1;
        return changed;
    }

    /// <summary>More than one segment, so that there is something to link.</summary>
    private static async Task FillAsync(ShardEngine shard)
    {
        for (var i = 0; i < 5; i++)
            await shard.WriteAsync([Samples.Upsert($"d{i}", $$"""{"price":{{i}}}""", i, Samples.Noise(250_000, i))]);
        await shard.WriteAsync([Samples.Patch("d1", """{"colour":"red"}"""), Samples.Delete("d2")]);
    }

    /// <summary>Fills a shard and makes a backup of it, in which the device dies at an operation.</summary>
    /// <returns>What the shard holds, and the operations between which the backup is made.</returns>
    private static async Task<(SortedDictionary<string, string> Expected, int First, int Last)> RunAsync(SimulatedDisk disk, int death)
    {
        await using (var filled = await Samples.CreateAsync(disk))
            await FillAsync(filled);

        // Opened anew: nothing of the filling is on its way to the device any more.
        await using var shard = await Samples.OpenAsync(disk);
        var expected = await shard.DumpAsync();
        var first = disk.Operations;
        disk.FailFrom = death;
        try
        {
            await Backups.MakeAsync(disk, shard);
        }
        catch (IOException)
        {
            // The device has died, as the caller wanted.
        }

        return (expected, first, disk.Operations);
    }
}

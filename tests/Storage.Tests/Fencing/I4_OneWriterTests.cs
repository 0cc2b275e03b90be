using System.Diagnostics;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Fencing;

// Danger: two engines on one directory; each acknowledges, and one of them overwrites the other.
// Invariant: I4, the second is refused; if the lock lies, the older one is fenced before its next acknowledgement.
// Method: a second opening in this process, a second process that holds the file, locks that are granted twice, an epoch
// that grows under an engine.
public sealed class I4_OneWriterTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "clip-shard-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task I4_A_second_engine_in_this_process_is_refused_and_told_by_whom()
    {
        await using (await CreateAsync())
        {
            var refused = await Assert.ThrowsAsync<ShardLockedException>(OpenAsync);
            Assert.Contains($"process {Environment.ProcessId}", refused.Message);
            Assert.Contains("silo 'test'", refused.Message);
            Assert.Throws<ShardLockedException>(() => ShardEngine.Delete(_directory));
        }

        await using var next = await OpenAsync();
        Assert.Equal(3, next.Stats.Epoch);
    }

    [Fact]
    public async Task I4_A_shard_that_another_process_holds_is_refused_until_it_dies()
    {
        await (await CreateAsync()).DisposeAsync();
        // -o: the command does not inherit the lock, so that it ends with the process that is killed here.
        using (var holder = Process.Start(new ProcessStartInfo("flock", ["-o", "-x", Path.Combine(_directory, "shard.lock"), "sh", "-c", "echo held; exec cat"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!)
        {
            Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
            await Assert.ThrowsAsync<ShardLockedException>(OpenAsync);
            holder.Kill(entireProcessTree: true);
            await holder.WaitForExitAsync();
        }

        await using var shard = await OpenAsync();
        Assert.True(shard.View.Count == 0);
    }

    [Fact]
    public async Task I4_Where_locks_are_granted_twice_nothing_is_opened()
    {
        var disk = new SimulatedDisk { LocksLie = true };
        var refused = await Assert.ThrowsAsync<ShardLockedException>(() => Samples.CreateAsync(disk));
        Assert.Contains("does not work", refused.Message);
        Assert.False(disk.Exists(Samples.Directory + "/shard.json"));
    }

    [Fact]
    public async Task I4_An_engine_whose_epoch_was_passed_acknowledges_nothing_more()
    {
        var disk = new SimulatedDisk();
        await using var old = await Samples.CreateAsync(disk);
        await old.WriteOneAsync(Samples.Upsert("a"));

        // A network file system forgot the lock: a second owner opens the same files.
        var forgetful = disk.AfterCrash(Unforced.Kept);
        await using (await Samples.OpenAsync(forgetful))
            disk.Tamper(Samples.Directory + "/shard.json", _ => forgetful.Bytes(Samples.Directory + "/shard.json"));

        await Assert.ThrowsAsync<ShardFencedException>(async () => await old.WriteAsync([Samples.Upsert("b")]));
        await Assert.ThrowsAsync<ShardFencedException>(async () => await old.WriteAsync([Samples.Upsert("c")]));
        Assert.NotNull(await old.GetAsync("a", includeVector: false));
        Assert.Null(await old.GetAsync("b", includeVector: false));
        Assert.Contains("epoch", old.Stats.ReadOnlyReason);
    }

    [Fact]
    public async Task I4_An_engine_whose_shard_was_removed_acknowledges_nothing_more()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        disk.Delete(Samples.Directory + "/shard.json");
        await Assert.ThrowsAsync<ShardFencedException>(async () => await shard.WriteAsync([Samples.Upsert("b")]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task I4_An_engine_whose_lock_file_is_gone_or_another_acknowledges_nothing_more(bool replaced)
    {
        await using var shard = await CreateAsync();
        await shard.WriteOneAsync(Samples.Upsert("a"));
        var path = Path.Combine(_directory, "shard.lock");
        File.Delete(path);
        if (replaced)
            await File.WriteAllTextAsync(path, "epoch 1\n", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<ShardFencedException>(async () => await shard.WriteAsync([Samples.Upsert("b")]));
        Assert.Contains("shard.lock", refused.Message);
        Assert.Contains("keeps nobody out", shard.Stats.ReadOnlyReason);
        Assert.NotNull(await shard.GetAsync("a", includeVector: false));
    }

    /// <summary>SIGSTOP at the worst moment: after the look at the epoch, before the write; SIGCONT when another has taken over.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(400_000)]
    public async Task I4_What_a_replaced_owner_writes_late_destroys_nothing_of_its_successor(int imageBytes)
    {
        var held = new HeldDisk();
        var old = await ShardEngine.CreateAsync(held, Samples.Directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
        for (var i = 0; i < 3; i++)
            await old.WriteOneAsync(Samples.Upsert($"before{i}", seed: i, image: Samples.Noise(imageBytes, i)));
        var stopped = held.HoldNextWrite();
        var late = old.WriteAsync([.. Enumerable.Range(0, 3).Select(i => Samples.Upsert($"late{i}", seed: i + 10, image: Samples.Noise(imageBytes, i)))]).AsTask();
        await stopped;

        held.Free.Delete(Samples.Directory + "/shard.lock");
        await using (var successor = await Samples.OpenAsync(held.Free))
        {
            for (var i = 0; i < 3; i++)
                await successor.WriteOneAsync(Samples.Upsert($"after{i}", seed: i + 20, image: Samples.Noise(imageBytes, i + 20)));
            held.Release();
            await Assert.ThrowsAnyAsync<ShardException>(async () => await late);
            await successor.WriteOneAsync(Samples.Upsert("last", seed: 30));
            Assert.Equal(7, (await successor.DumpAsync()).Count);
        }

        await using var opened = await Samples.OpenAsync(held.Free);
        Assert.Equal(["after0", "after1", "after2", "before0", "before1", "before2", "last"], (await opened.DumpAsync()).Keys);
        await Assert.ThrowsAnyAsync<ShardException>(async () => await old.WriteAsync([Samples.Upsert("never")]));
        await old.DisposeAsync();
    }

    [Fact]
    public async Task The_epoch_grows_with_every_opening()
    {
        var disk = new SimulatedDisk();
        await (await Samples.CreateAsync(disk)).DisposeAsync();
        for (var opening = 3; opening < 8; opening++)
        {
            await using var shard = await Samples.OpenAsync(disk);
            Assert.Equal(opening, shard.Stats.Epoch);
        }
    }

    [Fact]
    public async Task A_closed_engine_reads_nothing_and_brings_no_file_back()
    {
        var shard = await CreateAsync();
        await shard.WriteOneAsync(Samples.Upsert("a"));
        await shard.DisposeAsync();
        ShardEngine.Delete(_directory);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await shard.GetAsync("a", includeVector: true));
        Assert.False(Directory.Exists(_directory));
    }

    [Fact]
    public async Task Options_that_cannot_be_are_refused_all_at_once()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => ShardEngine.CreateAsync(
            _directory, Samples.Descriptor, new ShardOptions { PageSizeBits = 12, MemoryPages = 3, SegmentSizeBits = 8 }, NullLoggerFactory.Instance, TimeProvider.System));
        Assert.Contains("PageSizeBits", refused.Message);
        Assert.Contains("MemoryPages", refused.Message);
        Assert.Contains("SegmentSizeBits", refused.Message);
        Assert.False(Directory.Exists(_directory));
    }

    [Fact]
    public async Task A_shard_is_created_once_and_removed_whole()
    {
        Assert.False(ShardEngine.ShardExists(_directory));
        await (await CreateAsync()).DisposeAsync();
        Assert.True(ShardEngine.ShardExists(_directory));
        await Assert.ThrowsAsync<InvalidOperationException>(CreateAsync);
        ShardEngine.Delete(_directory);
        Assert.False(Directory.Exists(_directory));
        ShardEngine.Delete(_directory);
        await Assert.ThrowsAsync<DirectoryNotFoundException>(OpenAsync);
    }

    private Task<ShardEngine> CreateAsync() =>
        ShardEngine.CreateAsync(_directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);

    private Task<ShardEngine> OpenAsync() =>
        ShardEngine.OpenAsync(_directory, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
}

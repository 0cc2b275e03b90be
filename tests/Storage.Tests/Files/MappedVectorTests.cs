using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Files;

// Danger: a full disk that kills the process at the first touch of a page; scratch files that stay behind and fill the
// disk; a map that goes while a view is read, or never goes.
// Invariant: a full disk is a failed write and a shard that can still be read; no file with a name; mapped memory lives
// exactly as long as somebody can read it.
// Method: vectors so long that the second block comes after 64 documents; a file system that is too small; the system's
// own list of maps.
public sealed class MappedVectorTests : IDisposable
{
    /// <summary>16 MiB a block of 64 rows: the first is on the heap, the second is mapped.</summary>
    private const int Dimensions = 65_536;
    private const int BlockRows = 64;

    private static readonly ShardDescriptor Descriptor = Samples.Descriptor with { Dimensions = Dimensions };

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "clip-mapped-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Mapped_vectors_have_no_file_name_do_not_count_as_memory_and_go_when_nobody_can_read_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the list of maps is Linux's");
        var kept = new CollectionView?[1];
        await FillAsync(new ShardOptions(), kept);
        // What follows may be running on top of the stack of the engine's own end.
        await Task.Yield();
        Collect();
        Assert.NotEqual(0, Maps());
        Release();
        for (var round = 0; round < 10 && Maps() > 0; round++)
            Collect();
        Assert.Equal(0, Maps());

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Release()
        {
            AssertRow(kept[0]!, BlockRows + 1);
            kept[0] = null;
        }
    }

    [Fact]
    public async Task All_can_lie_in_memory_instead()
    {
        var kept = new CollectionView?[1];
        await FillAsync(new ShardOptions { PreciseVectors = PreciseVectors.Memory }, kept);
        AssertRow(kept[0]!, BlockRows + 1);
        if (OperatingSystem.IsLinux())
            Assert.Equal(0, Maps());
    }

    [Fact]
    public async Task What_a_crash_left_of_scratch_files_is_removed_at_the_next_opening_and_when_the_shard_is_deleted()
    {
        await using (await CreateAsync(_directory, new ShardOptions()))
        {
        }

        var left = new ShardFiles(_directory).NewScratch();
        await File.WriteAllBytesAsync(left, new byte[100], TestContext.Current.CancellationToken);
        await using (await ShardEngine.OpenAsync(_directory, new ShardOptions(), NullLoggerFactory.Instance, TimeProvider.System, cancel: TestContext.Current.CancellationToken))
            Assert.False(File.Exists(left));
        await File.WriteAllBytesAsync(left, new byte[100], TestContext.Current.CancellationToken);
        ShardEngine.Delete(_directory);
        Assert.False(Directory.Exists(_directory));
    }

    [Fact]
    public async Task Without_room_for_vectors_the_write_fails_and_reads_go_on()
    {
        var disk = new SimulatedDisk { FailOnly = done => done == "map scratch", FailFrom = 0, FailureMessage = "no space left" };
        await using var shard = await Samples.CreateAsync(disk, options => options.PageSizeBits = options.SegmentSizeBits = 20, Descriptor);
        await AssertFullAsync(shard);
        Assert.True(disk.FailuresShown > 0);

        disk.FailFrom = int.MaxValue;
        await shard.DisposeAsync();
        await using var reopened = await Samples.OpenAsync(disk);
        AssertRow(reopened.View, BlockRows - 1);
        await reopened.WriteOneAsync(Document(BlockRows + 1));
        AssertRow(reopened.View, BlockRows + 1);
    }

    [Fact]
    public async Task A_file_system_that_is_too_small_fails_the_write_and_not_the_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a small file system is for root");
        Directory.CreateDirectory(_directory);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=28m", "tmpfs", _directory), "mounting is not allowed here");
        try
        {
            // 16 MiB of log fit, and 16 MiB of mapped vectors beside them do not.
            var directory = Path.Combine(_directory, "shard");
            await using var shard = await CreateAsync(directory, new ShardOptions { SegmentSizeBits = 20 });
            var stopped = await AssertFullAsync(shard);
            Assert.Contains("no room", stopped.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Directory.EnumerateFiles(directory), file => ShardFiles.IsScratch(Path.GetFileName(file)));
        }
        finally
        {
            Assert.True(Run("umount", "--lazy", _directory));
        }
    }

    [Fact]
    public void More_than_any_device_has_is_refused_and_leaves_nothing()
    {
        Directory.CreateDirectory(_directory);
        Assert.ThrowsAny<IOException>(() => LocalDisk.Instance.MapScratch(new ShardFiles(_directory).NewScratch(), 1L << 60));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public unsafe void Blocks_lie_apart_in_files_that_grow_with_what_there_is()
    {
        const int Block = 1 << 20;
        var disk = new SimulatedDisk();
        var memory = new MappedVectorMemory(disk, new ShardFiles("/shard"));
        var blocks = Enumerable.Range(0, 40).Select(_ => memory.Allocate(Block)).ToList();
        for (var i = 0; i < blocks.Count; i++)
            new Span<byte>(blocks[i].Pointer, Block).Fill((byte)i);
        for (var i = 0; i < blocks.Count; i++)
            Assert.Equal(-1, new Span<byte>(blocks[i].Pointer, Block).IndexOfAnyExcept((byte)i));
        Assert.All(blocks, block => Assert.True(block.IsMapped));

        // One each for the first 16 MiB, two for the next 8, …
        Assert.InRange(disk.Trace.Count(operation => operation == "map scratch"), 20, 30);
    }

    private static async Task<ShardUnavailableException> AssertFullAsync(ShardEngine shard)
    {
        for (var i = 0; i < BlockRows; i++)
            await shard.WriteOneAsync(Document(i));
        var stopped = await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteOneAsync(Document(BlockRows)));
        Assert.IsType<IOException>(stopped.InnerException);
        await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteOneAsync(Document(0)));
        Assert.Equal(stopped.Message, shard.Stats.ReadOnlyReason);
        Assert.Equal(BlockRows, shard.View.Count);
        AssertRow(shard.View, 7);
        Assert.NotNull(await shard.GetAsync("d7", includeVector: true));
        return stopped;
    }

    /// <summary>Writes through an engine of its own, so that no forgotten register of the caller's frame keeps the view.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task FillAsync(ShardOptions options, CollectionView?[] kept)
    {
        await using var shard = await CreateAsync(_directory, options);
        for (var i = 0; i < BlockRows + 2; i++)
            await shard.WriteOneAsync(Document(i));
        var (stats, block) = (shard.Stats, BlockRows * Dimensions * sizeof(float));
        var mapped = options.PreciseVectors == PreciseVectors.Mapped ? block : 0;
        Assert.Equal((mapped, (2 * block) - mapped), (stats.Memory.Mapped, stats.Memory.Vectors));
        Assert.Equal(stats.Memory.Vectors + stats.Memory.Codes + stats.Memory.Other, stats.BytesInMemory);
        Assert.DoesNotContain(Directory.EnumerateFiles(_directory), file => ShardFiles.IsScratch(Path.GetFileName(file)));
        kept[0] = shard.View;
    }

    private static Task<ShardEngine> CreateAsync(string directory, ShardOptions options) =>
        ShardEngine.CreateAsync(directory, Descriptor, options, NullLoggerFactory.Instance, TimeProvider.System);

    private static Storage.Documents.StoredOperation Document(int i) =>
        Samples.Upsert($"d{i}") with { Vector = Samples.Vector(i, Dimensions) };

    private static void AssertRow(CollectionView view, int i)
    {
        var vector = new float[Dimensions];
        Assert.True(view.TryGet($"d{i}", out var row));
        view.CopyVector(row, vector);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()).SequenceEqual(Samples.Vector(i, Dimensions)));
    }

    private int Maps() => File.ReadLines("/proc/self/maps").Count(line => line.Contains(_directory, StringComparison.Ordinal));

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

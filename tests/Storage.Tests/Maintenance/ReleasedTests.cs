using System.Runtime.CompilerServices;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Maintenance;

// Danger: something that lives as long as the process refers to a shard that was closed: its memory and its mapped files stay.
// Invariant: what was done in the background is forgotten once it is done; nothing of a closed shard stays mapped.
// Method: the collector runs until the object, or the map, is gone, though not for ever.
public sealed class ReleasedTests : IDisposable
{
    private const int Dimensions = 1024;
    private const int Rows = 1_000;
    private const int MostRows = 20_000;
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("cliporleans-released-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_the_worker_has_done_is_not_kept_while_it_waits_for_more()
    {
        using var worker = Worker();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = Give(worker, done);
        await done.Task.WaitAsync(s_hang, TestContext.Current.CancellationToken);
        await Task.Yield();
        Assert.True(await IsSoonAsync(() => !held.IsAlive), "the worker still refers to what it has done");
    }

    [Fact]
    public async Task Nothing_of_a_closed_shard_stays_mapped()
    {
        Assert.SkipUnless(File.Exists("/proc/self/maps"), "Only Linux tells what a process has mapped in this way.");
        using var worker = Worker();
        await WriteAsync(worker);
        Assert.Contains(Directory.EnumerateFiles(_directory), static path => Path.GetFileName(path).StartsWith("vectors.", StringComparison.Ordinal));
        await SearchAsync(worker);

        // What was awaited is still on this stack, with the shard in it; on the next it is not.
        await Task.Yield();
        Assert.True(await IsSoonAsync(() => !IsMapped()), string.Join('\n', File.ReadLines("/proc/self/maps").Where(line => line.Contains(_directory, StringComparison.Ordinal))));
    }

    private static MaintenanceWorker Worker() => new(new MaintenanceOptions { MeasuringPercent = 10 }, TimeProvider.System, NullLoggerFactory.Instance);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Give(MaintenanceWorker worker, TaskCompletionSource done)
    {
        var shard = new object();
        Assert.True(worker.TryAdd(() =>
        {
            GC.KeepAlive(shard);
            done.SetResult();
        }));
        return new WeakReference(shard);
    }

    private static async Task<bool> IsSoonAsync(Func<bool> isSo)
    {
        for (var collections = 0; !isSo() && collections < 1_000; collections++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        return isSo();
    }

    private static StoredOperation Document(int row) =>
        new() { Kind = StoredOperationKind.Upsert, Id = $"d{row}", Vector = Samples.Vector(row, Dimensions), Metadata = "{}"u8.ToArray() };

    /// <summary>Snapshots are taken by the worker, and the last one by closing.</summary>
    private async Task WriteAsync(MaintenanceWorker worker)
    {
        await using var shard = await ShardEngine.CreateAsync(
            _directory, new ShardDescriptor(1, "none", "1", Dimensions, Samples.Schema, 0.95), Options(worker), NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        for (var first = 0; first < Rows || (shard.Stats.Snapshots.Taken == 0 && first < MostRows); first += 100)
            await shard.WriteAsync([.. Enumerable.Range(first, 100).Select(row => Document(row % Rows))], TestContext.Current.CancellationToken);
        Assert.True(shard.Stats.Snapshots.Taken > 0);
    }

    private async Task SearchAsync(MaintenanceWorker worker)
    {
        await using var shard = await ShardEngine.OpenAsync(
            _directory, Options(worker), NullLoggerFactory.Instance, TimeProvider.System, cancel: TestContext.Current.CancellationToken);
        Assert.True(shard.Stats.Snapshots.Sequence > 0);
        Assert.True(IsMapped());
        Assert.Equal("d7", shard.View.Search(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Samples.Vector(7, Dimensions)), new SearchOptions(), TestContext.Current.CancellationToken).Hits[0].Id);
    }

    private static ShardOptions Options(MaintenanceWorker worker) => new() { Sync = false, Maintenance = worker, SnapshotEveryBytes = 1 << 20 };

    private bool IsMapped() => File.ReadLines("/proc/self/maps").Any(line => line.Contains(_directory, StringComparison.Ordinal));
}

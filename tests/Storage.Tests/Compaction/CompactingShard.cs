using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Storage.Tests.Maintenance;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Compaction;

/// <summary>A shard of small segments whose dead space is given back as fast as it can be.</summary>
internal sealed class CompactingShard : IAsyncDisposable
{
    private CompactingShard(ShardEngine engine, MaintenanceWorker worker, ManualClock clock) => (Engine, Worker, Clock) = (engine, worker, clock);

    public ShardEngine Engine { get; }

    public MaintenanceWorker Worker { get; }

    public ManualClock Clock { get; }

    public static Task<CompactingShard> CreateAsync(IDisk disk, Action<ShardOptions>? change = null) => StartAsync(
        change, (options, clock) => ShardEngine.CreateAsync(disk, Samples.Directory, Samples.Descriptor, options, NullLoggerFactory.Instance, clock));

    public static Task<CompactingShard> OpenAsync(IDisk disk, Action<ShardOptions>? change = null) => StartAsync(
        change, (options, clock) => ShardEngine.OpenAsync(disk, Samples.Directory, options, NullLoggerFactory.Instance, clock));

    /// <summary>Waits until nothing more is to be given back.</summary>
    public async Task CompactAsync()
    {
        while (true)
        {
            // The writer looks what is due behind each answer: when the second is answered, it has looked after the first.
            await Engine.WriteAsync([]);
            await Engine.WriteAsync([]);
            var running = Engine.WhenCompacted;
            if (running.IsCompleted)
                return;
            await running;
        }
    }

    /// <summary>Lets the time pass for which segments are kept, and waits until they have been removed.</summary>
    public async Task RemoveRetiredAsync()
    {
        Clock.Advance(TimeSpan.FromMinutes(2));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(Worker.TryAdd(done.SetResult));
        await done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Worker.Dispose();
    }

    private static async Task<CompactingShard> StartAsync(Action<ShardOptions>? change, Func<ShardOptions, TimeProvider, Task<ShardEngine>> open)
    {
        var clock = new ManualClock();
        var worker = new MaintenanceWorker(new MaintenanceOptions { MeasuringPercent = 0 }, clock, NullLoggerFactory.Instance);
        try
        {
            var options = Samples.SmallPages(options =>
            {
                options.Maintenance = worker;
                options.CompactionBytesPerSecond = 0;
                change?.Invoke(options);
            });
            return new CompactingShard(await open(options, clock), worker, clock);
        }
        catch
        {
            worker.Dispose();
            throw;
        }
    }
}

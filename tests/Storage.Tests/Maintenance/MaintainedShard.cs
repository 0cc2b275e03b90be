using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Maintenance;

/// <summary>The background work of a scripted index, with a writer that does nothing but what maintenance asks of it.</summary>
internal sealed class MaintainedShard : IAsyncDisposable
{
    private readonly Task _writing;

    public MaintainedShard(MaintenanceWorker worker, ManualClock clock, ScriptedIndex index, bool withWriter = true, int maxQueued = 8)
    {
        Index = index;
        Queue = new WriteQueue(new ShardOptions { MaxQueuedWrites = maxQueued });
        Maintenance = new ShardMaintenance("test", index, Queue, worker, clock, NullLogger.Instance);
        _writing = withWriter ? Task.Run(WriteAsync) : Task.CompletedTask;
    }

    public ScriptedIndex Index { get; }

    public WriteQueue Queue { get; }

    public ShardMaintenance Maintenance { get; }

    public async ValueTask DisposeAsync()
    {
        await Maintenance.DisposeAsync();
        Queue.Close();
        await _writing;
    }

    private async Task WriteAsync()
    {
        while (await Queue.WaitAsync())
        {
            while (Queue.TryTake(out var request))
            {
                Assert.IsType<MaintenanceRequest>(request).Run();
                Maintenance.AfterPublish();
            }
        }
    }
}

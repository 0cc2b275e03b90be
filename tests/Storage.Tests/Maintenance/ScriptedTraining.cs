using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Vectors;

namespace ClipOrleans.Storage.Tests.Maintenance;

/// <summary>A training that breathes for as long as the test wants.</summary>
internal sealed class ScriptedTraining : IIndexTraining
{
    private readonly ManualResetEventSlim _mayEnd;

    /// <param name="ends">False: it runs until <see cref="End"/> or a cancellation.</param>
    public ScriptedTraining(bool ends = true) => _mayEnd = new ManualResetEventSlim(ends);

    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Rows that the rounds of catching up find; then none.</summary>
    public Queue<int> Missed { get; } = [];

    public Exception? Fault { get; init; }

    public int Threads { get; private set; }

    public string? ThreadName { get; private set; }

    public int Rounds { get; private set; }

    public bool WasCancelled { get; private set; }

    /// <summary>Signalled once before each breath; more than one that nobody waited for count as one.</summary>
    public SemaphoreSlim Breathing { get; } = new(0);

    public void End() => _mayEnd.Set();

    public void Run(int threads, Action breathe, CancellationToken cancel)
    {
        Threads = threads;
        ThreadName = Thread.CurrentThread.Name;
        Started.TrySetResult();
        if (Fault is not null)
            throw Fault;
        try
        {
            while (!_mayEnd.Wait(TimeSpan.FromMilliseconds(1), cancel))
            {
                if (Breathing.CurrentCount == 0)
                    Breathing.Release();
                breathe();
            }
        }
        catch (OperationCanceledException)
        {
            WasCancelled = true;
            throw;
        }
    }

    public int CatchUp(CollectionView view, CancellationToken cancel)
    {
        Rounds++;
        return Missed.TryDequeue(out var rows) ? rows : 0;
    }
}

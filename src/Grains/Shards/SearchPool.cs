using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClipOrleans.Clip.Scheduling;
using ClipOrleans.Grains.Configuration;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// The threads that search. A search is milliseconds of pure computing: on the grain scheduler it would hold up the
/// grains, the probes of the cluster and the network. When all threads are busy and the queue is full the caller is told
/// at once; waiting longer would only make it late. Tenants take turns.
/// </summary>
internal sealed class SearchPool : IDisposable
{
    private readonly FairQueue<Job> _queue;
    private readonly Thread[] _threads;
    private readonly GrainInstruments _instruments;

    public SearchPool(IOptions<SearchSettings> settings, GrainInstruments instruments)
    {
        _instruments = instruments;
        _queue = new FairQueue<Job>(settings.Value.Queue);
        instruments.WatchSearchQueue(() => _queue.Count);
        var count = settings.Value.Threads is 0 ? Environment.ProcessorCount : settings.Value.Threads;
        _threads = [.. Enumerable.Range(0, count).Select(StartThread)];
    }

    /// <summary>
    /// Queues <paramref name="work"/>, which is given the microseconds it waited. Null when the queue is full, or the
    /// process is about to end. Work whose caller has gone before it began is not done.
    /// </summary>
    public Task<T>? TryRun<T>(string tenant, Func<double, T> work, CancellationToken cancellation)
    {
        var job = new Job<T>(work, cancellation);
        if (_queue.TryAdd(tenant, job))
            return job.Completion;

        _instruments.SearchRefused();
        return null;
    }

    public void Dispose()
    {
        _queue.Close();
        foreach (var thread in _threads)
            thread.Join();
        _queue.Dispose();
    }

    private Thread StartThread(int number)
    {
        var thread = new Thread(Work) { IsBackground = true, Name = $"search {number}" };
        thread.Start();
        return thread;
    }

    private void Work()
    {
        while (DoNext())
        {
        }
    }

    /// <summary>In a frame of its own, which is gone while the next job is waited for: a job refers to its shard, which may be closed meanwhile.</summary>
    /// <returns>False when there are no more.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool DoNext()
    {
        if (!_queue.TryTake(out var job))
            return false;
        job.Run();
        return true;
    }

    private abstract class Job
    {
        public abstract void Run();
    }

    private sealed class Job<T>(Func<double, T> work, CancellationToken cancellation) : Job
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long _queuedAt = Stopwatch.GetTimestamp();

        public Task<T> Completion => _completion.Task;

        public override void Run()
        {
            if (cancellation.IsCancellationRequested)
            {
                _completion.SetCanceled(cancellation);
                return;
            }

            try
            {
                _completion.SetResult(work(Stopwatch.GetElapsedTime(_queuedAt).TotalMicroseconds));
            }
            catch (OperationCanceledException stopped)
            {
                _completion.SetCanceled(stopped.CancellationToken);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to the caller who awaits; the thread serves the next one.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _completion.SetException(fault);
            }
        }
    }
}

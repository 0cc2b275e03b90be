using ClipOrleans.Clip.Scheduling;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>
/// The threads that decode images. They are their own, because decoding is milliseconds of pure computing: on the thread
/// pool a few images would keep every other request waiting. Tenants take turns; what waits is bounded by the requests at work.
/// </summary>
internal sealed class DecodeThreads : IDisposable
{
    private readonly FairQueue<Action> _work = new(int.MaxValue);
    private readonly Thread[] _threads;

    public DecodeThreads(int count)
    {
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = "clip decode" };
            _threads[i].Start();
        }
    }

    /// <summary>Does the work, or nothing of it if nobody waits any more before it begins; once it has begun, its end is waited for.</summary>
    public async Task<T> RunAsync<T>(string tenant, Func<T> work, CancellationToken cancel)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        ObjectDisposedException.ThrowIf(
            !_work.TryAdd(tenant, () =>
            {
                if (Interlocked.Exchange(ref begun, 1) == 0)
                    Complete(done, work);
            }),
            this);
        await using var registration = cancel.UnsafeRegister(
            _ =>
            {
                if (Interlocked.Exchange(ref begun, 1) == 0)
                    done.SetCanceled(cancel);
            },
            null);
        return await done.Task;
    }

    public void Dispose()
    {
        _work.Close();
        foreach (var thread in _threads)
            thread.Join();
        _work.Dispose();
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> work)
    {
        try
        {
            done.SetResult(work());
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }
    }

    private void Run()
    {
        GivingWay.Begin();
        while (_work.TryTake(out var work))
            work();
    }
}

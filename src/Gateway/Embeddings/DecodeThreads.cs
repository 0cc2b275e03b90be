using System.Collections.Concurrent;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>
/// The threads that decode images. They are their own, because decoding is milliseconds of pure computing: on the thread
/// pool a few images would keep every other request waiting. Callers wait for a place before they are queued, so the
/// queue never holds more than one image a thread.
/// </summary>
internal sealed class DecodeThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work;
    private readonly SemaphoreSlim _places;
    private readonly Thread[] _threads;

    public DecodeThreads(int count)
    {
        _places = new SemaphoreSlim(2 * count);
        _work = new BlockingCollection<Action>(2 * count);
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = "clip decode" };
            _threads[i].Start();
        }
    }

    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await _places.WaitAsync(cancel);
        try
        {
            var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _work.Add(() => Complete(done, work), cancel);
            return await done.Task;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _work.Dispose();
        _places.Dispose();
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
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}

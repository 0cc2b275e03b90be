using System.Diagnostics;
using ClipOrleans.Clip.Scheduling;

namespace ClipOrleans.Clip.Inference;

/// <summary>
/// Threads of their own between the callers, who only await, and the model. A lone input is run at once; what queues up while all threads
/// are busy is run in batches. Texts and images take turns, so that a query is at most one batch of images away from its embedding; and so
/// do owners, whose runs are short while there are several.
/// </summary>
internal sealed class MicroBatcher : IAsyncDisposable
{
    /// <summary>Owners who ask within this time of each other compete.</summary>
    private static readonly TimeSpan s_competing = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Task _stopped;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly IBatchLane[] _lanes;
    private readonly int _threads;
    private int _idle;
    private int _lastLane;
    private bool _stopping;
    private string? _lastOwner;
    private long? _lastChange;

    public MicroBatcher(string name, int threads, BatchLane<int[]> texts, BatchLane<ReadOnlyMemory<byte>> images)
    {
        (Texts, Images) = (texts, images);
        _lanes = [texts, images];
        _lastLane = _lanes.Length - 1;
        _threads = threads;
        _stopped = Task.WhenAll(Enumerable.Range(0, threads).Select(i => Start($"{name}-{i}")));
    }

    public BatchLane<int[]> Texts { get; }

    public BatchLane<ReadOnlyMemory<byte>> Images { get; }

    /// <summary>Queues all of <paramref name="items"/> or none. Throws <see cref="EncoderOverloadedException"/> at once when there is no room.</summary>
    public async Task<float[][]> SubmitAsync<T>(BatchLane<T> lane, string owner, IReadOnlyList<T> items, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (items.Count == 0)
            return [];
        var job = lane.NewJob(owner, items);
        LinkedListNode<EncodeJob<T>> node;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            node = lane.Add(job);
            Note(owner);
            Wake();
        }

        await using var registration = cancel.UnsafeRegister(_ =>
        {
            lock (_gate)
                lane.Remove(node);
            job.Cancel(cancel);
        }, null).ConfigureAwait(false);
        return await job.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                foreach (var lane in _lanes)
                    lane.FailAll(new ObjectDisposedException(nameof(ClipModel)));
                _wake.Release(_threads);
            }
        }

        await _stopped.ConfigureAwait(false);
        _wake.Dispose();
    }

    /// <summary>Wakes as many idle threads as there are inputs; the busy ones look at the queue by themselves. Under the lock.</summary>
    private void Wake()
    {
        var wanted = Math.Min(_idle, _lanes.Sum(l => l.Waiting)) - _wake.CurrentCount;
        if (wanted > 0)
            _wake.Release(wanted);
    }

    /// <summary>Under the lock.</summary>
    private void Note(string owner)
    {
        if (owner == _lastOwner)
            return;
        if (_lastOwner is not null)
            _lastChange = Stopwatch.GetTimestamp();
        _lastOwner = owner;
    }

    private Task Start(string name)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            GivingWay.Begin();
            Serve();
            ended.SetResult();
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return ended.Task;
    }

    private void Serve()
    {
        while (true)
        {
            Action? batch;
            lock (_gate)
            {
                if (_stopping)
                    return;
                batch = TakeBatch();
                if (batch is null)
                    _idle++;
            }

            if (batch is not null)
            {
                batch();
                continue;
            }

            _wake.Wait();
            lock (_gate)
                _idle--;
        }
    }

    /// <summary>The next batch of the lane whose turn it is; with idle threads beside, only this thread's share of it. Under the lock.</summary>
    private Action? TakeBatch()
    {
        for (var step = 1; step <= _lanes.Length; step++)
        {
            var lane = (_lastLane + step) % _lanes.Length;
            var waiting = _lanes[lane].Waiting;
            if (waiting == 0)
                continue;
            _lastLane = lane;
            var competing = _lastChange is { } change && Stopwatch.GetElapsedTime(change) < s_competing;
            return _lanes[lane].Take((waiting + _idle) / (_idle + 1), competing);
        }

        return null;
    }
}

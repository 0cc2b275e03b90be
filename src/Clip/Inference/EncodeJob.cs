namespace ClipOrleans.Clip.Inference;

/// <summary>
/// One caller's inputs on their way through the encoder. They may be run in several batches, together with other callers' inputs; the job
/// is done when the last one is, or at the first failure, or when the caller gives up.
/// </summary>
internal sealed class EncodeJob<T>
{
    private readonly T[] _items;
    private readonly int[] _order;
    private readonly float[][] _results;
    private readonly TaskCompletionSource<float[][]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unfinished;

    /// <param name="owner">Whose it is.</param>
    /// <param name="items">The inputs.</param>
    /// <param name="bucketOf">Inputs of one bucket are cheap to run together; a job hands them out bucket by bucket.</param>
    public EncodeJob(string owner, IReadOnlyList<T> items, Func<T, int> bucketOf)
    {
        Owner = owner;
        _items = [.. items];
        _results = new float[_items.Length][];
        _unfinished = _items.Length;
        Buckets = Array.ConvertAll(_items, i => bucketOf(i));
        _order = new int[_items.Length];
        for (var i = 0; i < _order.Length; i++)
            _order[i] = i;
        if (_order.Length > 1)
            Array.Sort((int[])Buckets.Clone(), _order);
    }

    public string Owner { get; }

    public Task<float[][]> Task => _completion.Task;

    /// <summary>Nobody waits for the rest any more.</summary>
    public bool IsOver => _completion.Task.IsCompleted;

    /// <summary>Inputs not handed out yet. Guarded by the batcher's lock.</summary>
    public int Waiting => _items.Length - Next;

    /// <summary>The bucket of the next input. Guarded by the batcher's lock.</summary>
    public int NextBucket => Buckets[_order[Next]];

    private int[] Buckets { get; }

    private int Next { get; set; }

    /// <summary>Hands out the next input. Guarded by the batcher's lock.</summary>
    public BatchItem<T> Take()
    {
        var index = _order[Next++];
        return new BatchItem<T>(this, index, _items[index]);
    }

    public void Finish(int index, float[] embedding)
    {
        _results[index] = embedding;
        if (Interlocked.Decrement(ref _unfinished) == 0)
            _completion.TrySetResult(_results);
    }

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public void Cancel(CancellationToken cancel) => _completion.TrySetCanceled(cancel);
}

/// <summary>One input in a batch, and whose it is.</summary>
internal readonly record struct BatchItem<T>(EncodeJob<T> Job, int Index, T Input);

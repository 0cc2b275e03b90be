using System.Diagnostics;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Clip.Inference;

/// <summary>A queue of jobs of one kind, seen by the threads that serve it.</summary>
internal interface IBatchLane
{
    /// <summary>Inputs that wait. Guarded by the batcher's lock.</summary>
    int Waiting { get; }

    /// <summary>Takes a batch off the queue, to be run outside the lock. Guarded by the batcher's lock.</summary>
    /// <param name="most">Inputs.</param>
    /// <param name="competing">Whether several owners ask at the moment.</param>
    Action Take(int most, bool competing);

    /// <summary>Fails everything that waits. Guarded by the batcher's lock.</summary>
    void FailAll(Exception exception);
}

/// <summary>What a lane may hold and what one run may cost: while one owner asks, and while several do.</summary>
internal sealed record BatchLimits(int QueueLength, int MaxBatch, TimeSpan MaxRun, TimeSpan MaxSharedRun);

/// <summary>
/// A bounded queue of jobs and the rule by which batches are made of them: owners take turns, and so do the jobs of each, the oldest first,
/// so that a single query waits for one batch and not for somebody's thousand documents; inputs of one batch are of one bucket (similar
/// length). Full means <see cref="EncoderOverloadedException"/> at once: what waits longer than a queue is of no use to who asked.
/// Everything but running is guarded by the batcher's lock.
/// </summary>
internal sealed class BatchLane<T>(string kind, BatchLimits limits, int buckets, Func<T, int> bucketOf, Func<IReadOnlyList<T>, float[][]> run) : IBatchLane
{
    /// <summary>No job takes more than its share of a batch while others wait.</summary>
    private const int SharesInABatch = 4;

    /// <summary>How much of the last run goes into the estimate of what an input costs.</summary>
    private const double Newest = 0.2;

    private readonly Dictionary<string, LinkedList<EncodeJob<T>>> _jobs = new(StringComparer.Ordinal);

    /// <summary>The owners of the jobs; the first is served next.</summary>
    private readonly LinkedList<string> _turns = [];

    /// <summary>Seconds an input takes, for each bucket, estimated from the runs so far; 0 before the first. A lost update does no harm.</summary>
    private readonly double[] _secondsEach = new double[buckets];

    public int Waiting { get; private set; }

    public EncodeJob<T> NewJob(string owner, IReadOnlyList<T> items) => new(owner, items, bucketOf);

    public LinkedListNode<EncodeJob<T>> Add(EncodeJob<T> job)
    {
        if (Waiting + job.Waiting > limits.QueueLength)
            throw new EncoderOverloadedException();
        Waiting += job.Waiting;
        if (!_jobs.TryGetValue(job.Owner, out var own))
        {
            _jobs.Add(job.Owner, own = []);
            _turns.AddLast(job.Owner);
        }

        return own.AddLast(job);
    }

    /// <summary>Takes a job that nobody waits for out of the queue; does nothing if it has left already.</summary>
    public void Remove(LinkedListNode<EncodeJob<T>> node)
    {
        var job = node.Value;
        if (!_jobs.TryGetValue(job.Owner, out var own) || node.List != own)
            return;
        Waiting -= job.Waiting;
        own.Remove(node);
        if (own.Count == 0)
            Leave(job.Owner);
    }

    public Action Take(int most, bool competing)
    {
        var batch = new List<BatchItem<T>>(most);
        var first = _turns.First!.Value;
        var bucket = _jobs[first].First!.Value.NextBucket;
        most = Math.Min(most, Affordable(bucket, competing ? limits.MaxSharedRun : limits.MaxRun));
        var owners = _turns.ToArray();
        foreach (var owner in owners)
        {
            var own = Math.Min(most, batch.Count + Math.Max(1, most / owners.Length));
            TakeShares(_jobs[owner], batch, bucket, own, Math.Max(1, (own - batch.Count) / SharesInABatch));
            TakeShares(_jobs[owner], batch, bucket, own, own);
        }

        foreach (var owner in owners)
        {
            TakeShares(_jobs[owner], batch, bucket, most, most); // what the others leave
            if (_jobs[owner].Count == 0)
                Leave(owner);
        }

        if (_turns.First?.Value == first)
        {
            _turns.RemoveFirst();
            _turns.AddLast(first);
        }

        Waiting -= batch.Count;
        return () => Run(batch);
    }

    public void FailAll(Exception exception)
    {
        foreach (var job in _jobs.Values.SelectMany(static jobs => jobs))
            job.Fail(exception);
        _jobs.Clear();
        _turns.Clear();
        Waiting = 0;
    }

    private void Leave(string owner)
    {
        _jobs.Remove(owner);
        _turns.Remove(owner);
    }

    private int Affordable(int bucket, TimeSpan longest)
    {
        var each = Volatile.Read(ref _secondsEach[bucket]);
        return each > 0 ? (int)Math.Clamp(longest.TotalSeconds / each, 1, limits.MaxBatch) : limits.MaxBatch;
    }

    private static void TakeShares(LinkedList<EncodeJob<T>> jobs, List<BatchItem<T>> batch, int bucket, int most, int share)
    {
        var node = jobs.First;
        for (var left = jobs.Count; left > 0 && batch.Count < most; left--)
        {
            var (current, taken) = (node!, 0);
            node = node!.Next;
            var job = current.Value;
            for (; taken < share && batch.Count < most && job.Waiting > 0 && job.NextBucket == bucket; taken++)
                batch.Add(job.Take());
            if (taken == 0)
                continue;
            jobs.Remove(current);
            if (job.Waiting > 0)
                jobs.AddLast(current);
        }
    }

    private void Run(List<BatchItem<T>> batch)
    {
        batch.RemoveAll(item => item.Job.IsOver);
        if (batch.Count == 0)
            return;
        var started = Stopwatch.GetTimestamp();
        if (!TryRun(batch, out var failure))
        {
            // One bad input must not take the others down: each gets a run of its own, and only who fails then has failed.
            if (batch.Count == 1)
                batch[0].Job.Fail(failure!);
            else
                batch.ForEach(RunAlone);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        ClipInstruments.Ran(kind, batch.Count, elapsed);
        ref var each = ref _secondsEach[bucketOf(batch[0].Input)];
        var before = Volatile.Read(ref each);
        var now = elapsed.TotalSeconds / batch.Count;
        Volatile.Write(ref each, before > 0 ? before + (Newest * (now - before)) : now);
    }

    private void RunAlone(BatchItem<T> item)
    {
        if (!TryRun([item], out var failure))
            item.Job.Fail(failure!);
    }

    private bool TryRun(List<BatchItem<T>> batch, out Exception? failure)
    {
        try
        {
            var embeddings = run(batch.ConvertAll(i => i.Input));
            for (var i = 0; i < batch.Count; i++)
                batch[i].Job.Finish(batch[i].Index, embeddings[i]);
            failure = null;
            return true;
        }
        catch (Exception e)
        {
            failure = e as ModelException ?? new ModelException(ModelFault.RunFailed, "", $"The model failed on {kind}: {e.Message}", e);
            return false;
        }
    }
}

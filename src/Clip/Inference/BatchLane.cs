using System.Diagnostics;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Clip.Inference;

/// <summary>A queue of jobs of one kind, seen by the threads that serve it.</summary>
internal interface IBatchLane
{
    /// <summary>Inputs that wait. Guarded by the batcher's lock.</summary>
    int Waiting { get; }

    /// <summary>Takes a batch off the queue, to be run outside the lock. Guarded by the batcher's lock.</summary>
    Action Take(int most);

    /// <summary>Fails everything that waits. Guarded by the batcher's lock.</summary>
    void FailAll(Exception exception);
}

/// <summary>
/// A bounded queue of jobs and the rule by which batches are made of them: the oldest job is always served, in turn with the others, so
/// that a single query waits for one batch and not for somebody's thousand documents; inputs of one batch are of one bucket (similar
/// length). Full means <see cref="EncoderOverloadedException"/> at once: what waits longer than a queue is of no use to who asked.
/// Everything but running is guarded by the batcher's lock.
/// </summary>
internal sealed class BatchLane<T>(string kind, int capacity, Func<T, int> bucketOf, Func<IReadOnlyList<T>, float[][]> run) : IBatchLane
{
    /// <summary>No job takes more than its share of a batch while others wait.</summary>
    private const int SharesInABatch = 4;

    private readonly LinkedList<EncodeJob<T>> _jobs = [];

    public int Waiting { get; private set; }

    public EncodeJob<T> NewJob(IReadOnlyList<T> items) => new(items, bucketOf);

    public LinkedListNode<EncodeJob<T>> Add(EncodeJob<T> job)
    {
        if (Waiting + job.Waiting > capacity)
            throw new EncoderOverloadedException();
        Waiting += job.Waiting;
        return _jobs.AddLast(job);
    }

    /// <summary>Takes a job that nobody waits for out of the queue; does nothing if it has left already.</summary>
    public void Remove(LinkedListNode<EncodeJob<T>> node)
    {
        if (node.List != _jobs)
            return;
        Waiting -= node.Value.Waiting;
        _jobs.Remove(node);
    }

    public Action Take(int most)
    {
        var batch = new List<BatchItem<T>>(most);
        var bucket = _jobs.First!.Value.NextBucket;
        TakeShares(batch, bucket, most, Math.Max(1, most / SharesInABatch));
        TakeShares(batch, bucket, most, most);
        Waiting -= batch.Count;
        return () => Run(batch);
    }

    public void FailAll(Exception exception)
    {
        foreach (var job in _jobs)
            job.Fail(exception);
        _jobs.Clear();
        Waiting = 0;
    }

    private void TakeShares(List<BatchItem<T>> batch, int bucket, int most, int share)
    {
        var node = _jobs.First;
        for (var left = _jobs.Count; left > 0 && batch.Count < most; left--)
        {
            var (current, taken) = (node!, 0);
            node = node!.Next;
            var job = current.Value;
            for (; taken < share && batch.Count < most && job.Waiting > 0 && job.NextBucket == bucket; taken++)
                batch.Add(job.Take());
            if (taken == 0)
                continue;
            _jobs.Remove(current);
            if (job.Waiting > 0)
                _jobs.AddLast(current);
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

        ClipInstruments.Ran(kind, batch.Count, Stopwatch.GetElapsedTime(started));
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

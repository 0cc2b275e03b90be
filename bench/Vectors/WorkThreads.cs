namespace ClipOrleans.Bench.Vectors;

/// <summary>Exactly so many threads: a thread pool decides by itself how many it gives, and a measurement names their number.</summary>
internal static class WorkThreads
{
    /// <summary>Does the work once for each number below <paramref name="count"/>; a thread takes the next number when it is free.</summary>
    public static void ForEach(int count, int threads, Action<int> work)
    {
        var next = -1;
        void Loop()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
                work(i);
        }

        Task.WaitAll([.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(Loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
    }
}

using System.Diagnostics;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Commits;

/// <summary>A closed loop: each writer sends its next write when the last one was answered.</summary>
internal static class WriteLoop
{
    /// <param name="writers">At a time.</param>
    /// <param name="writes">All writers together.</param>
    /// <param name="write">Carries out the write of a number and returns how long its caller waited.</param>
    public static async Task<(Latencies Times, TimeSpan Elapsed)> RunAsync(int writers, int writes, Func<int, Task<TimeSpan>> write)
    {
        var times = new TimeSpan[writes];
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < writes; i = Interlocked.Increment(ref next))
                times[i] = await write(i);
        })));
        return (new Latencies(times), watch.Elapsed);
    }
}

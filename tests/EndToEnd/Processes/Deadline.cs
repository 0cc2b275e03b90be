using System.Diagnostics;

namespace ClipOrleans.EndToEnd.Processes;

/// <summary>Waits for a condition of another process, which gives no signal: asks again and again until it holds or the time is up.</summary>
internal static class Deadline
{
    /// <summary>Between two questions: short against anything awaited here, long enough not to disturb what is measured.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Long for a machine with two busy cores; a healthy wait takes seconds.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(120);

    public static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan within, Func<string> describe)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            if (waited.Elapsed > within)
            {
                throw new TimeoutException($"Not within {within.TotalSeconds} s: {describe()}");
            }

            await Task.Delay(Pause);
        }
    }
}

using System.Runtime.InteropServices;

namespace ClipOrleans.Bench.Vectors;

/// <summary>
/// Processor time of this process: what other work on a shared machine does not lengthen. Linux only, as the peers'
/// harnesses are.
/// </summary>
internal static partial class ProcessorTime
{
    private const int ProcessClock = 2;

    public static double Seconds()
    {
        if (GetTime(ProcessClock, out var time) != 0)
            throw new InvalidOperationException("The processor time could not be read.");
        return time.Seconds + (time.Nanoseconds * 1e-9);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

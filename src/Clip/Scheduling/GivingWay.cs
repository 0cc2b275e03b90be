using System.Runtime.InteropServices;

namespace ClipOrleans.Clip.Scheduling;

/// <summary>
/// Threads of long computations (decoding, models) give way a little to those of short ones, through which every request passes several
/// times. A little: who waits for a model waits for these threads too.
/// </summary>
public static partial class GivingWay
{
    /// <summary>Two fifths of an ordinary thread's weight. Measured with 0, 4 and 10 by <c>bench fairness</c>: with more, texts wait for their model behind floods of short requests.</summary>
    private const int NiceByFour = 4;

    /// <summary>
    /// For the calling thread, and those that it starts. Only on Linux, where threads share by weight; elsewhere the higher one takes all.
    /// Where the system refuses, these threads are as good as the others: short work waits longer beside them, and nothing else changes.
    /// </summary>
    public static void Begin()
    {
        // PRIO_PROCESS with 0 is, on Linux, the calling thread alone.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, who: 0, NiceByFour);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);
}

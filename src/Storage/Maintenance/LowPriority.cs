using System.Runtime.InteropServices;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>Makes the calling thread give way to all others: background work uses the time that searches leave.</summary>
internal static partial class LowPriority
{
    private const int NiceByTen = 10;

    /// <summary>On Linux .NET does not pass priorities of threads on to the system; threads that this one starts inherit it.</summary>
    /// <returns>False when the system refused.</returns>
    public static bool Take()
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;

        // PRIO_PROCESS with 0 is, on Linux, the calling thread alone.
        return !OperatingSystem.IsLinux() || SetPriority(which: 0, who: 0, NiceByTen) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClipOrleans.Cli.Serve;

/// <summary>A child with this process's input and output, asked to end when this process is.</summary>
internal static partial class ChildProcess
{
    private const int TerminateSignal = 15;

    /// <summary>Runs it to its end, however long it takes to leave after it was asked.</summary>
    /// <returns>The child's exit code.</returns>
    public static async Task<int> RunAsync(ProcessStartInfo start, CancellationToken stop)
    {
        using var child = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        // Each of these would end this process at once and leave the child behind.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Forward);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Forward);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Forward);
        using var stopped = stop.Register(() => Terminate(child));
        await child.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return child.ExitCode;

        void Forward(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Terminate(child);
        }
    }

    private static void Terminate(Process child)
    {
        if (child.HasExited)
            return;
        if (OperatingSystem.IsWindows())
            child.Kill(entireProcessTree: true); // Windows has no signal that a console program could drain on.
        else
            _ = Kill(child.Id, TerminateSignal); // Fails only when the child has just ended, which is what was wanted.
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}

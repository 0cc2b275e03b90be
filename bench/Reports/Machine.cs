using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClipOrleans.Bench.Reports;

/// <summary>Where and on what a figure was measured: without that it is none.</summary>
internal static class Machine
{
    public static string Repository { get; } = FindRepository();

    public static string Describe() =>
        $"{ProcessorName()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    public static string Commit()
    {
        var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--exclude=*"]) { RedirectStandardOutput = true, WorkingDirectory = Repository };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return text.Length > 0 ? text : throw new InvalidOperationException("A result needs the commit it was measured on: run inside the git repository.");
    }

    private static string ProcessorName()
    {
        const string field = "model name";
        var line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ClipOrleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds ClipOrleans.sln.");
    }
}

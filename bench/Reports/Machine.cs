using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClipOrleans.Bench.Reports;

/// <summary>Where and on what a figure was measured: without that it is none.</summary>
internal static class Machine
{
    public static string Repository { get; } = FindRepository();

    public static string Describe() =>
        $"{ProcessorName()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The commit, and whether the code differs from it; results that an earlier command wrote don't count.</summary>
    public static string Commit()
    {
        var commit = Git("rev-parse", "--short", "HEAD");
        if (commit.Length == 0)
        {
            throw new InvalidOperationException("A result needs the commit it was measured on: run inside the git repository.");
        }

        return Git("status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)bench/results").Length == 0 ? commit : commit + "-dirty";
    }

    private static string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, WorkingDirectory = Repository };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return text;
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

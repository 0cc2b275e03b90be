using System.Diagnostics;
using System.Globalization;

namespace ClipOrleans.Bench.Density;

/// <summary>What a folder takes on the device.</summary>
/// <param name="Files">How many there are.</param>
/// <param name="Folders">Itself included.</param>
/// <param name="Length">Bytes that the files say they have.</param>
/// <param name="Allocated">Bytes that the file system gave them, folders included.</param>
internal sealed record FolderSize(long Files, long Folders, long Length, long Allocated)
{
    /// <summary>Of a folder with everything below it.</summary>
    public static FolderSize Of(string path)
    {
        var (files, folders, length) = (0L, 1L, 0L);
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (entry is FileInfo file)
                (files, length) = (files + 1, length + file.Length);
            else
                folders++;
        }

        return new FolderSize(files, folders, length, AllocatedOf(path));
    }

    private static long AllocatedOf(string path)
    {
        var start = new ProcessStartInfo("du", ["-s", "-B1", path]) { RedirectStandardOutput = true };
        using var du = Process.Start(start) ?? throw new InvalidOperationException("du did not start.");
        var line = du.StandardOutput.ReadToEnd();
        du.WaitForExit();
        return long.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture);
    }
}

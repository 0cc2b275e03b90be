using System.Security.Cryptography;

namespace ClipOrleans.Grains.Shards;

/// <summary>The folder of a shard, seen from outside its engine.</summary>
internal static class ShardFolder
{
    public const string ProbeName = "write-probe.tmp";
    private const int ProbeBytes = 64 * 1024;
    private const int ReadAheadBytes = 1024 * 1024;
    private const int MostFilesReadAhead = 64;

    /// <summary>Removes a closed shard, then the folders above it that are empty: <c>shards</c> and that of the index.</summary>
    /// <param name="directory">Of the shard.</param>
    /// <param name="delete">Removes it, unless somebody has it open.</param>
    public static void Remove(string directory, Action<string> delete)
    {
        if (Directory.Exists(directory))
            delete(directory);

        var above = Directory.GetParent(directory);
        for (var level = 0; level < 2 && above is not null && TryRemoveEmpty(above); level++)
            above = above.Parent;
    }

    /// <summary>
    /// Reads what opening will need: the newest files, as far as the system can hold them in memory. Files that come and
    /// go meanwhile are another silo's business.
    /// </summary>
    public static void ReadAhead(string directory)
    {
        var buffer = new byte[ReadAheadBytes];
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).OrderByDescending(file => file.LastWriteTimeUtc).Take(MostFilesReadAhead))
        {
            try
            {
                using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                while (stream.Read(buffer) > 0)
                {
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The lock, or a file that was just removed.
            }
        }
    }

    /// <summary>Whether the device takes bytes again.</summary>
    /// <returns>Null if it does, otherwise what it says.</returns>
    public static string? TryWrite(string directory)
    {
        var path = Path.Combine(directory, ProbeName);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Options = FileOptions.DeleteOnClose,
            });
            file.Write(RandomNumberGenerator.GetBytes(ProbeBytes));
            file.Flush(flushToDisk: true);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    /// <summary>The other shards of the index are removed at the same time, each by its own grain: any of them may be the last.</summary>
    private static bool TryRemoveEmpty(DirectoryInfo folder)
    {
        try
        {
            folder.Delete();
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            // Not empty: another shard's. And if it were the device: an empty folder holds nothing that was to be removed.
            return false;
        }
    }
}

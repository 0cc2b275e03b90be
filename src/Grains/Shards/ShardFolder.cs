using System.Security.Cryptography;
using ClipOrleans.Storage;

namespace ClipOrleans.Grains.Shards;

/// <summary>The folder of a shard, seen from outside its engine.</summary>
internal static class ShardFolder
{
    public const string ProbeName = "write-probe.tmp";
    private const int ProbeBytes = 64 * 1024;

    /// <summary>Removes a closed shard, then the folders above it that are empty: <c>shards</c> and that of the index.</summary>
    public static void Remove(string directory)
    {
        if (Directory.Exists(directory))
            ShardEngine.Delete(directory);

        var above = Directory.GetParent(directory);
        for (var level = 0; level < 2 && above is { Exists: true } && !above.EnumerateFileSystemInfos().Any(); level++)
        {
            above.Delete();
            above = above.Parent;
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
}

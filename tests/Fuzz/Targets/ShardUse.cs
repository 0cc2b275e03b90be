using ClipOrleans.Storage;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>What happens to a shard that was restored: opened, every document read and written, closed, and opened again.</summary>
internal static class ShardUse
{
    public static string Run(SimulatedDisk disk, string directory) => RunAsync(disk, directory).GetAwaiter().GetResult();

    /// <summary>Whether the pieces of an image are the row's is seen when it is read, and then said; nothing else of its document is concerned.</summary>
    public static void ReadImage(Func<StoredImage?> read)
    {
        try
        {
            read();
        }
        catch (ShardCorruptException)
        {
            // Said: the row names pieces that are not there.
        }
    }

    private static async Task<string> RunAsync(SimulatedDisk disk, string directory)
    {
        var documents = 0L;
        for (var opening = 0; opening < 2; opening++)
        {
            await using var shard = await ShardEngine.OpenAsync(disk, directory, SmallShard.Options(), NullLoggerFactory.Instance, TimeProvider.System);
            documents = shard.View.Count;
            foreach (var id in shard.View.MatchingIds(null, int.MaxValue, null))
            {
                await shard.GetAsync(id, includeVector: true);
                ReadImage(() => shard.ReadImageAsync(id).AsTask().GetAwaiter().GetResult());
                await shard.WriteAsync([new StoredOperation { Kind = StoredOperationKind.PatchMetadata, Id = id, Metadata = """{"price":3}"""u8.ToArray() }]);
            }
        }

        return $" open {Math.Min(documents, 4)}";
    }
}

using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>
/// I4, second fence: whoever opens a shard raises its epoch on disk first. An engine looks before it writes a group and
/// again before it acknowledges one, so that what a replaced owner writes is never acknowledged; and its records carry
/// the lower epoch, so that replay never takes them after a higher one.
/// </summary>
internal sealed class EpochFence(IDisk disk, ShardFiles files, long epoch)
{
    public long Epoch => epoch;

    /// <exception cref="ShardFencedException">A newer owner has opened the shard, or its manifest is gone.</exception>
    public void Check()
    {
        byte[] json;
        try
        {
            json = disk.ReadAll(files.Manifest);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ShardFencedException($"'{files.Manifest}' is gone: the shard was removed under this engine (epoch {epoch}).");
        }

        var found = ShardManifest.Parse(json, files.Manifest).Epoch;
        if (found != epoch)
            throw new ShardFencedException($"'{files.Directory}' was opened with epoch {found} since this engine opened it with {epoch}: the newer one writes now.");
    }
}

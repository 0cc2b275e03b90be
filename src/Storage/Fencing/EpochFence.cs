using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>
/// I4, second fence: whoever opens a shard claims a higher epoch on disk first. An engine looks before it writes a group and
/// again before it acknowledges one, so that what a replaced owner writes is never acknowledged; and its records carry
/// the lower epoch, so that replay never takes them after a higher one. It looks at the lock file as well: an engine whose
/// lock keeps nobody out any more stops before somebody comes in.
/// </summary>
/// <param name="disk">Where.</param>
/// <param name="files">Of the shard.</param>
/// <param name="own">The manifest as this engine wrote it last.</param>
/// <param name="held">Its lock.</param>
internal sealed class EpochFence(IDisk disk, ShardFiles files, ManifestFile own, ShardLock held)
{
    public long Epoch => own.Current.Epoch;

    /// <exception cref="ShardFencedException">A newer owner has opened the shard, its manifest is gone, or the lock file is not the one that is held.</exception>
    public void Check()
    {
        CheckEpoch();
        if (!held.IsInPlace())
            throw new ShardFencedException($"'{files.Lock}' was removed or replaced: the lock of this engine (epoch {Epoch}) keeps nobody out any more.");
    }

    private void CheckEpoch()
    {
        var epoch = Epoch;
        var next = own.Newest + 1;
        if (disk.Exists(files.Claim(next)))
            throw FencedFile.Passed(files, epoch, next);
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
            throw FencedFile.Passed(files, epoch, found);
    }
}

using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Recovery;

/// <summary>Whether there is a shard in a directory, and how it goes: at no moment is half of one taken for a shard.</summary>
internal static class ShardRemoval
{
    public static bool ShardExists(IDisk disk, ShardFiles files) =>
        disk.DirectoryExists(files.Directory)
        && !disk.Exists(files.Deleted)
        && (disk.Exists(files.Manifest) || disk.List(files.Directory).Any(static file => ShardFiles.TryParseSegment(file.Name, out _)));

    /// <summary>Removes a closed shard, durably; no error if there is none.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="directory">The shard's own.</param>
    /// <param name="options">Who removes it; null: the lock alone decides whether it is closed.</param>
    /// <param name="clock">For the time of the claim.</param>
    /// <exception cref="Errors.ShardLockedException">An engine has it open.</exception>
    public static void Run(IDisk disk, string directory, ShardOptions? options, TimeProvider clock)
    {
        var files = new ShardFiles(Path.GetFullPath(directory));
        ShardRestore.Discard(disk, files.Directory);
        if (!disk.DirectoryExists(files.Directory))
            return;
        using (Own(disk, files, options, clock))
        {
            MarkDeleted(disk, files);
            foreach (var (name, _) in disk.List(files.Directory).Where(file => file.Name != Path.GetFileName(files.Deleted)))
                disk.Delete(Path.Combine(files.Directory, name));
            disk.SyncDirectory(files.Directory);
            disk.Delete(files.Deleted);
            disk.SyncDirectory(files.Directory);
        }

        disk.DeleteDirectory(files.Directory);
    }

    private static IDisposable Own(IDisk disk, ShardFiles files, ShardOptions? options, TimeProvider clock) =>
        options is null ? ShardLock.Acquire(disk, files) : ShardOwnership.Take(disk, files, options, clock);

    /// <summary>Half a removal must not look like a shard. Renaming needs no space, on a full disk too.</summary>
    private static void MarkDeleted(IDisk disk, ShardFiles files)
    {
        if (disk.Exists(files.Deleted))
            return;
        if (disk.Exists(files.Manifest))
            disk.Rename(files.Manifest, files.Deleted);
        else
            disk.Open(files.Deleted).Dispose();
        disk.SyncDirectory(files.Directory);
    }
}

using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>
/// Puts a whole file in the place of another one, unless a later owner has the shard. The temporary file bears the epoch of
/// its writer, and whoever claims the shard removes those of others before he writes himself: an owner that was stopped
/// between looking and renaming finds nothing to rename any more, and never puts an old file over a newer one.
/// </summary>
internal static class FencedFile
{
    /// <summary>Returns when the file is durable.</summary>
    /// <exception cref="ShardFencedException">A later owner has the shard; nothing was changed.</exception>
    /// <exception cref="IOException">The device refused; the file is the old one or the new one.</exception>
    public static void Replace(IDisk disk, ShardFiles files, string path, long epoch, ReadOnlySpan<byte> bytes)
    {
        var temporary = Temporary(path, epoch);
        using (var file = disk.Open(temporary))
        {
            file.SetLength(0);
            file.Write(bytes, 0);
            file.Flush();
        }

        Rename(disk, files, path, epoch);
        disk.SyncDirectory(files.Directory);
    }

    /// <summary>What a file is called before it is put in its place.</summary>
    public static string Temporary(string path, long epoch) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{epoch}{DurableFile.TemporarySuffix}");

    /// <summary>Puts the temporary file in its place; its name is durable when the directory has been forced.</summary>
    /// <exception cref="ShardFencedException">A later owner has the shard; nothing was changed.</exception>
    public static void Rename(IDisk disk, ShardFiles files, string path, long epoch)
    {
        var temporary = Temporary(path, epoch);
        if (EpochClaim.FindLater(disk, files, epoch) is { } later)
        {
            disk.Delete(temporary);
            throw Passed(files, epoch, later);
        }

        if (disk.Exists(files.Deleted))
        {
            disk.Delete(temporary);
            throw new ShardFencedException($"'{files.Directory}' is being removed.");
        }

        try
        {
            disk.Rename(temporary, path);
        }
        catch (FileNotFoundException)
        {
            throw new ShardFencedException($"'{temporary}' was removed: a later owner than that of epoch {epoch} has the shard.");
        }
    }

    /// <summary>Removes what others have not finished. For the holder of the newest claim, before he writes anything.</summary>
    public static void RemoveUnfinished(IDisk disk, ShardFiles files)
    {
        foreach (var (name, _) in disk.List(files.Directory))
        {
            if (name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal))
                disk.Delete(files.InDirectory(name));
        }
    }

    public static ShardFencedException Passed(ShardFiles files, long epoch, long later) =>
        new($"'{files.Directory}' was opened with epoch {later} since this engine opened it with {epoch}: the newer one writes now.");
}

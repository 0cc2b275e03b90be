using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Backup;

/// <summary>
/// Makes a shard from its copy in a backup. It is put together beside its place, checked there and renamed into it: after
/// any crash there is a whole shard or none.
/// </summary>
internal static class ShardRestore
{
    /// <param name="disk">Where both are.</param>
    /// <param name="directory">The new shard's own directory, which must not be there.</param>
    /// <param name="source">The shard's folder in the backup.</param>
    /// <param name="copy">What the backup's manifest says of it.</param>
    /// <param name="cancel">Gives up; nothing is left.</param>
    /// <exception cref="ShardCorruptException">A file is not the one that the manifest names, or no shard's.</exception>
    /// <exception cref="InvalidOperationException">There is something in the directory already.</exception>
    public static void Run(IDisk disk, string directory, string source, BackupShard copy, CancellationToken cancel)
    {
        if (disk.DirectoryExists(directory))
            throw new InvalidOperationException($"There is something in '{directory}' already.");
        var target = new ShardFiles(Unfinished(directory));
        Discard(disk, directory);
        disk.CreateDirectory(target.Directory);
        try
        {
            Fill(disk, target, new ShardFiles(source), copy, cancel);
            disk.RenameDirectory(target.Directory, directory);
        }
        catch
        {
            Discard(disk, directory);
            throw;
        }

        disk.SyncDirectory(Path.GetDirectoryName(directory)!);
    }

    /// <summary>Removes what a restoration that was cut short has left.</summary>
    public static void Discard(IDisk disk, string directory) => DiskTree.Delete(disk, Unfinished(directory));

    private static string Unfinished(string directory) => directory + DurableFile.TemporarySuffix;

    private static void Fill(IDisk disk, ShardFiles target, ShardFiles source, BackupShard copy, CancellationToken cancel)
    {
        foreach (var file in copy.Files)
            Fill(disk, Path.Combine(source.Directory, file.Name), Path.Combine(target.Directory, file.Name), file, IsSealed(file, copy), cancel);
        disk.SyncDirectory(target.Directory);
        var (manifest, point) = CopiedShard.Check(disk, target, isForeign: true, cancel);
        if (point.Sequence != copy.Sequence || manifest.Descriptor.IndexVersion != copy.IndexVersion)
            throw new ShardCorruptException(target.Manifest, "it is not the shard that the backup's manifest describes.");
    }

    private static void Fill(IDisk disk, string from, string to, BackupFile file, bool isSealed, CancellationToken cancel)
    {
        using var source = disk.TryOpenExisting(from) ?? throw new ShardCorruptException(from, "the file is missing.");
        if (source.Length != file.Length)
            throw new ShardCorruptException(from, $"{source.Length} bytes instead of {file.Length}.");
        var linked = isSealed && disk.TryLink(from, to);
        if (linked)
            source.Flush();
        var checksum = linked ? FileCopy.Checksum(source, file.Length, cancel) : FileCopy.Copy(disk, source, file.Length, to, cancel);
        if (checksum != file.Checksum)
            throw new ShardCorruptException(from, "its bytes do not fit the checksum in the backup's manifest.");
    }

    /// <summary>All segments but the last: nothing writes into them any more, so that two shards may share them.</summary>
    private static bool IsSealed(BackupFile file, BackupShard copy) =>
        ShardFiles.TryParseSegment(file.Name, out var number)
        && copy.Files.Any(other => ShardFiles.TryParseSegment(other.Name, out var behind) && behind > number);
}

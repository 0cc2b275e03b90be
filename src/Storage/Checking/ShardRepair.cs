using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Snapshots;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Checking;

/// <summary>
/// Makes everything that is derived from a whole log anew, by opening the shard as a server does. What cannot be relied on
/// is set aside first, as <c>….bad</c>. A log that lost something is never touched: that is for a backup, or for people.
/// </summary>
public static class ShardRepair
{
    /// <summary>Checks a closed shard, repairs what can be, and checks it again.</summary>
    /// <param name="directory">The shard's own directory.</param>
    /// <param name="rebuild">Also what is not at fault is made anew.</param>
    /// <param name="belongs">Whether a document of this id is one of this shard's; null when that is not known.</param>
    /// <param name="logs">Where opening tells what it did.</param>
    /// <param name="clock">For the times in its files.</param>
    /// <param name="cancel">Gives up between steps, each of which a crash may follow.</param>
    /// <exception cref="ShardException">It is open, or opening it failed.</exception>
    /// <exception cref="IOException">The device refused.</exception>
    public static Task<ShardCheck> RunAsync(
        string directory, bool rebuild, Func<string, bool>? belongs, ILoggerFactory logs, TimeProvider clock, CancellationToken cancel = default) =>
        RunAsync(LocalDisk.Instance, directory, rebuild, belongs, logs, clock, cancel);

    internal static async Task<ShardCheck> RunAsync(
        IDisk disk, string directory, bool rebuild, Func<string, bool>? belongs, ILoggerFactory logs, TimeProvider clock, CancellationToken cancel = default)
    {
        var found = ShardCheck.Run(disk, directory, belongs, cancel);
        if (!found.IsLogWhole || !(rebuild || found.Report.IsRepairable))
            return found;
        var files = new ShardFiles(Path.GetFullPath(directory));
        using (ShardLock.Acquire(disk, files))
            SetAside(disk, files, found, rebuild);
        var shard = await ShardEngine.OpenAsync(disk, directory, new ShardOptions { OwnerName = "fsck" }, logs, clock, progress: null, cancel);
        await using (shard)
            await shard.SnapshotAsync(cancel);
        var after = ShardCheck.Run(disk, directory, belongs, cancel);
        return after.WithRepaired(found.Report);
    }

    private static void SetAside(IDisk disk, ShardFiles files, ShardCheck found, bool rebuild)
    {
        if (found.IsManifestBad)
            disk.Rename(files.Manifest, files.Manifest + SnapshotName.BadSuffix);
        if (found.IsMarkBad)
            disk.Rename(files.Mark, files.Mark + SnapshotName.BadSuffix);
        var snapshots = found.BadSnapshots.Select(static name => name.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, _) in disk.List(files.Directory))
        {
            if (snapshots.Contains(name) || (rebuild && SnapshotName.TryParse(name, out var any) && any.Kind == SnapshotName.Snapshot))
                disk.Rename(files.InDirectory(name), files.InDirectory(name + SnapshotName.BadSuffix));
        }

        disk.SyncDirectory(files.Directory);
    }
}

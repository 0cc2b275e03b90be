using ClipOrleans.Cli.App;
using ClipOrleans.Client.Snapshots;

namespace ClipOrleans.Cli.Backup;

/// <summary>A snapshot of one index, made or found, fetched to its last byte and checked.</summary>
internal static class BackupRun
{
    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(1);

    /// <param name="clock">Paces the questions whether the snapshot is ready.</param>
    /// <param name="snapshots">Of the index.</param>
    /// <param name="id">The snapshot to fetch; null: one is made.</param>
    /// <param name="keep">Leave one that was made on the server, too.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="CliError">There is no whole backup.</exception>
    public static async Task<BackupContents> TakeAsync(TimeProvider clock, SnapshotClient snapshots, string? id, bool keep, BackupTarget target, CancellationToken stop)
    {
        var source = await FindAsync(clock, snapshots, id, stop).ConfigureAwait(false);
        try
        {
            var archive = await snapshots.OpenArchiveAsync(source.Id, stop).ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
                return await target.TakeAsync(archive, stop).ConfigureAwait(false);
        }
        finally
        {
            // Also when the fetching failed or was interrupted: nobody else knows of a snapshot that was made for this alone.
            if (id is null && !keep)
                await snapshots.DeleteAsync(source.Id, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task<Snapshot> FindAsync(TimeProvider clock, SnapshotClient snapshots, string? id, CancellationToken stop)
    {
        var found = id is null ? await snapshots.CreateAsync(stop).ConfigureAwait(false) : await snapshots.GetAsync(id, stop).ConfigureAwait(false);
        while (found.Status == "creating")
        {
            await Task.Delay(s_askAgain, clock, stop).ConfigureAwait(false);
            found = await snapshots.GetAsync(found.Id, stop).ConfigureAwait(false);
        }

        return found.Status == "ready" ? found : throw new CliError($"Snapshot {found.Id} {found.Status}: {found.Problem}");
    }
}

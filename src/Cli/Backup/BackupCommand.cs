using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Client.Snapshots;
using Spectre.Console;

namespace ClipOrleans.Cli.Backup;

/// <summary><c>clip backup</c>: a snapshot of an index, fetched into a folder or a file and checked there.</summary>
internal static class BackupCommand
{
    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(1);

    public static Command Build(Terminal terminal, Connection connection)
    {
        var index = new Argument<string>("index") { Description = "The index to back up" };
        var target = new Argument<string>("target") { Description = "Where to: a file if it ends in .tar, else a folder. It must not be there yet" };
        var snapshot = new Option<string?>("--snapshot") { Description = "Fetch this snapshot instead of making one" };
        var keep = new Option<bool>("--keep") { Description = "Leave the snapshot on the server, too" };
        var command = new Command("backup", "Copies an index, while it serves, into a folder or a file.") { index, target, snapshot, keep };
        command.SetAction(async (line, stop) =>
        {
            var place = new BackupTarget(line.GetRequiredValue(target));
            place.ThrowIfTaken();
            using var client = connection.Open(line);
            var snapshots = client.Index(line.GetRequiredValue(index)).Snapshots;
            var started = terminal.Clock.GetTimestamp();
            var source = await FindAsync(terminal, snapshots, line.GetValue(snapshot), stop).ConfigureAwait(false);
            BackupContents contents;
            try
            {
                var archive = await snapshots.OpenArchiveAsync(source.Id, stop).ConfigureAwait(false);
                await using (archive.ConfigureAwait(false))
                    contents = await place.TakeAsync(archive, stop).ConfigureAwait(false);
            }
            finally
            {
                // Also when the fetching failed or was interrupted: nobody else knows of a snapshot that was made for this alone.
                if (line.GetValue(snapshot) is null && !line.GetValue(keep))
                    await snapshots.DeleteAsync(source.Id, CancellationToken.None).ConfigureAwait(false);
            }

            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Backed up [green]{contents.Index}[/] ({contents.Documents:N0} documents, {Quantity.Bytes(contents.Bytes)}) to {line.GetRequiredValue(target)} in {Quantity.Time(terminal.Clock.GetElapsedTime(started))}; every checksum fits.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<Snapshot> FindAsync(Terminal terminal, SnapshotClient snapshots, string? id, CancellationToken stop)
    {
        var found = id is null ? await snapshots.CreateAsync(stop).ConfigureAwait(false) : await snapshots.GetAsync(id, stop).ConfigureAwait(false);
        while (found.Status == "creating")
        {
            await Task.Delay(s_askAgain, terminal.Clock, stop).ConfigureAwait(false);
            found = await snapshots.GetAsync(found.Id, stop).ConfigureAwait(false);
        }

        return found.Status == "ready" ? found : throw new CliError($"Snapshot {found.Id} {found.Status}: {found.Problem}");
    }
}

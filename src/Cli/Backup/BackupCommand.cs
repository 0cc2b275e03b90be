using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using Spectre.Console;

namespace ClipOrleans.Cli.Backup;

/// <summary><c>clip backup</c>: a snapshot of an index, fetched into a folder or a file and checked there.</summary>
internal static class BackupCommand
{
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
            var contents = await BackupRun.TakeAsync(terminal.Clock, snapshots, line.GetValue(snapshot), line.GetValue(keep), place, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Backed up [green]{contents.Index}[/] ({contents.Documents:N0} documents, {Quantity.Bytes(contents.Bytes)}) to {line.GetRequiredValue(target)} in {Quantity.Time(terminal.Clock.GetElapsedTime(started))}; every checksum fits.");
            return ExitCodes.Ok;
        });
        return command;
    }
}

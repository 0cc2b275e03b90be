using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Client;
using ClipOrleans.Client.Indexes;
using Spectre.Console;

namespace ClipOrleans.Cli.Backup;

/// <summary><c>clip restore</c>: a new index from a folder or a file that <c>clip backup</c> made. It is checked here before a byte is sent.</summary>
internal static class RestoreCommand
{
    public static Command Build(Terminal terminal, Connection connection)
    {
        var source = new Argument<string>("source") { Description = "A folder or a .tar file that \"clip backup\" made" };
        var name = new Option<string?>("--name") { Description = "The new index (default: the name it had)" };
        var command = new Command("restore", "Makes a new index from a backup.") { source, name };
        command.SetAction(async (line, stop) =>
        {
            var path = Path.GetFullPath(line.GetRequiredValue(source));
            using var client = connection.Open(line);
            var started = terminal.Clock.GetTimestamp();
            var (contents, index) = File.Exists(path)
                ? await RestoreFileAsync(client, path, line.GetValue(name), stop).ConfigureAwait(false)
                : Directory.Exists(path)
                    ? await SendFolderAsync(client, path, line.GetValue(name), stop).ConfigureAwait(false)
                    : throw new CliError($"There is nothing at {path}", "Give a folder or a .tar file that \"clip backup\" made");
            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Restored [green]{index.Name}[/] ({contents.Documents:N0} documents, {Quantity.Bytes(contents.Bytes)}) in {Quantity.Time(terminal.Clock.GetElapsedTime(started))}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Checks an archive and makes an index of it.</summary>
    internal static async Task<(BackupContents Contents, IndexDescription Index)> RestoreFileAsync(ClipOrleansClient client, string path, string? name, CancellationToken stop)
    {
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            var contents = await BackupReader.ReadArchiveAsync(file, folder: null, stop).ConfigureAwait(false);
            file.Position = 0;
            using var body = new StreamContent(file);
            return (contents, await client.RestoreArchiveAsync(body, name, stop).ConfigureAwait(false));
        }
    }

    private static async Task<(BackupContents, IndexDescription)> SendFolderAsync(ClipOrleansClient client, string path, string? name, CancellationToken stop)
    {
        var contents = await BackupReader.ReadFolderAsync(path, stop).ConfigureAwait(false);
        using var body = new FolderArchive(path, contents);
        return (contents, await client.RestoreArchiveAsync(body, name, stop).ConfigureAwait(false));
    }
}

using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Backup;
using ClipOrleans.Client;
using Spectre.Console;

namespace ClipOrleans.Cli.Tenants;

/// <summary><c>clip tenant import</c>: a new tenant from a folder that <c>clip tenant export</c> made. All of it is checked before anything is made.</summary>
internal static class TenantImport
{
    private const string KeyName = "clip tenant import";

    public static Command Build(Terminal terminal, Connection connection)
    {
        var source = new Argument<string>("folder") { Description = "What \"clip tenant export\" made" };
        var name = new Option<string?>("--name") { Description = "The new tenant (default: the id it had)" };
        var command = new Command("import", "Makes a tenant with all its indexes from an export. Keys are made anew: nobody knows the former ones.") { source, name };
        command.SetAction(async (line, stop) =>
        {
            var folder = Path.GetFullPath(line.GetRequiredValue(source));
            var export = await TenantExportFile.ReadAsync(folder, stop).ConfigureAwait(false);
            foreach (var index in export.Indexes)
                await CheckAsync(folder, index, stop).ConfigureAwait(false);
            var tenant = line.GetValue(name) ?? export.Tenant;
            using var operators = connection.Open(line);
            await operators.Tenants.CreateAsync(tenant, export.Quotas, stop).ConfigureAwait(false);
            var documents = await TenantAdmin.RunAsync(
                terminal, connection, line, operators, tenant, KeyName, client => RestoreAsync(terminal, client, folder, export, stop)).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Imported tenant [green]{tenant}[/] ({export.Indexes.Count:N0} indexes, {documents:N0} documents).");
            if (export.Keys.Count > 0)
                terminal.Out.MarkupLineInterpolated($"It had these keys; make new ones with clip key create: {string.Join(", ", export.Keys.Select(key => $"{key.Name} ({key.Role})"))}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task CheckAsync(string folder, ExportedIndex index, CancellationToken stop)
    {
        var path = TenantExportFile.PathOf(folder, index.Name);
        if (Path.GetFileName(index.Name) != index.Name || !File.Exists(path))
            throw BackupContents.Damaged(path, "it is missing");
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
            await BackupReader.ReadArchiveAsync(file, folder: null, stop).ConfigureAwait(false);
    }

    private static async Task<long> RestoreAsync(Terminal terminal, ClipOrleansClient client, string folder, TenantExportFile export, CancellationToken stop)
    {
        var documents = 0L;
        foreach (var index in export.Indexes)
        {
            var (contents, _) = await RestoreCommand.RestoreFileAsync(client, TenantExportFile.PathOf(folder, index.Name), index.Name, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{index.Name}: {contents.Documents:N0} documents");
            documents += contents.Documents;
        }

        return documents;
    }
}

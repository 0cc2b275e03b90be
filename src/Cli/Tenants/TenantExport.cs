using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Backup;
using ClipOrleans.Client;
using Spectre.Console;

namespace ClipOrleans.Cli.Tenants;

/// <summary><c>clip tenant export</c>: a backup of every index of a tenant, and what it may use.</summary>
internal static class TenantExport
{
    private const string KeyName = "clip tenant export";

    public static Command Build(Terminal terminal, Connection connection)
    {
        var id = new Argument<string>("id") { Description = "The tenant" };
        var target = new Argument<string>("folder") { Description = "Where to; it must be empty or not be there yet" };
        var command = new Command("export", "Copies all indexes of a tenant, while they serve, and what it may use into a folder.") { id, target };
        command.SetAction(async (line, stop) =>
        {
            var folder = Path.GetFullPath(line.GetRequiredValue(target));
            if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
                throw new CliError($"There is something at {folder} already", "Choose another folder; an export never replaces one");
            using var operators = connection.Open(line);
            var tenant = await operators.Tenants.GetAsync(line.GetRequiredValue(id), stop).ConfigureAwait(false);
            var keys = await operators.Tenants.Keys(tenant.Id).ListAsync(stop).ConfigureAwait(false);
            var indexes = await TenantAdmin.RunAsync(
                terminal, connection, line, operators, tenant.Id, KeyName, client => CopyAsync(terminal, client, folder, stop)).ConfigureAwait(false);
            Directory.CreateDirectory(folder);
            var file = new TenantExportFile(
                TenantExportFile.CurrentFormat,
                tenant.Id,
                tenant.CreatedAt,
                tenant.Quotas,
                [.. keys.Select(key => new ExportedKey(key.Name, key.Role.ToString().ToLowerInvariant(), key.Indexes, key.ExpiresAt))],
                indexes);
            await file.WriteAsync(folder, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Exported tenant [green]{tenant.Id}[/] ({indexes.Count:N0} indexes, {indexes.Sum(index => index.Documents):N0} documents, {Quantity.Bytes(indexes.Sum(index => index.Bytes))}) to {folder}; every checksum fits.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<List<ExportedIndex>> CopyAsync(Terminal terminal, ClipOrleansClient client, string folder, CancellationToken stop)
    {
        var copied = new List<ExportedIndex>();
        foreach (var index in (await client.ListIndexesAsync(stop).ConfigureAwait(false)).OrderBy(index => index.Name, StringComparer.Ordinal))
        {
            var target = new BackupTarget(TenantExportFile.PathOf(folder, index.Name));
            var contents = await BackupRun.TakeAsync(terminal.Clock, client.Index(index.Name).Snapshots, id: null, keep: false, target, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{index.Name}: {contents.Documents:N0} documents, {Quantity.Bytes(contents.Bytes)}");
            copied.Add(new ExportedIndex(index.Name, contents.Documents, contents.Bytes));
        }

        return copied;
    }
}

using System.Globalization;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Indexes;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Checking;
using ClipOrleans.Storage.Errors;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Checking;

/// <summary>How a check goes about it.</summary>
/// <param name="Repair">What is derived and at fault is made anew.</param>
/// <param name="Rebuild">What is derived is made anew, at fault or not.</param>
public sealed record FolderCheckOptions(bool Repair, bool Rebuild);

/// <summary>
/// Checks everything that is kept in a data folder (<c>Storage:Path</c>), in one shard, or in one backup: every byte is
/// read and compared with its checksum, and what the parts say of each other is compared as well. No server may use it.
/// </summary>
public sealed class FolderCheck(string folder, FolderCheckOptions options, ILoggerFactory logs, TimeProvider clock, Action<CheckReport> report)
{
    private readonly string _root = Path.GetFullPath(folder);

    /// <summary>True if the folder looks like one that a server keeps its data in.</summary>
    public static bool IsDataFolder(string folder) => Directory.Exists(Path.Combine(folder, "catalog")) || Directory.Exists(Path.Combine(folder, "tenants"));

    /// <summary>Reports each part as it is done.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or nothing of this program in it.</exception>
    /// <exception cref="ShardLockedException">A shard is open.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (File.Exists(Path.Combine(_root, BackupManifest.FileName)))
            report(BackupCheck.Run(_root, cancel));
        else if (IsDataFolder(_root))
            await CheckDataAsync(cancel);
        else if (ShardEngine.ShardExists(_root))
            report(await CheckShardAsync(_root, belongs: null, description: null, cancel));
        else
            throw new DirectoryNotFoundException($"{_root} is no data folder, no shard and no backup: it has neither catalog/ nor shard.json nor {BackupManifest.FileName}.");
    }

    private async Task CheckDataAsync(CancellationToken cancel)
    {
        var catalog = CatalogCheck.Run(Path.Combine(_root, "catalog"));
        report(catalog.Report);
        foreach (var (key, index) in catalog.Indexes.OrderBy(static index => index.Key.ToString(), StringComparer.Ordinal))
        {
            if (index is { Phase: IndexPhase.Live, Description: { } description })
                await CheckIndexAsync(key, description, index.Change, cancel);
        }

        foreach (var tenant in Folders(Path.Combine(_root, "tenants")))
        {
            foreach (var index in Folders(Path.Combine(tenant, "indexes")))
                await CheckUnnamedAsync(catalog, Path.GetFileName(tenant), index, cancel);
            foreach (var backup in Folders(Path.Combine(tenant, "snapshots")).SelectMany(Folders))
                report(Path.GetFileName(backup).EndsWith(".tmp", StringComparison.Ordinal) ? LeftOver(backup, "a backup that was not finished") : BackupCheck.Run(backup, cancel));
            foreach (var upload in Folders(Path.Combine(tenant, "uploads")))
                report(LeftOver(upload, "an archive that did not come whole"));
        }
    }

    private async Task CheckIndexAsync(IndexKey key, IndexDescription description, IndexDescription? change, CancellationToken cancel)
    {
        for (var number = 0; number < description.Spec.Shards; number++)
        {
            var (shard, shards) = (number, description.Spec.Shards);
            var directory = Path.Combine(_root, new ShardKey(key.Tenant, key.Name, description.Incarnation, shard).RelativePath);
            if (!ShardEngine.ShardExists(directory))
                report(Alone(CheckReport.Shard, directory, CheckSeverity.Damage, $"shard {shard} of index {key} is not there."));
            else
                report(await CheckShardAsync(directory, id => ShardRouting.ShardOf(id, shards) == shard, change ?? description, cancel));
        }
    }

    private async Task<CheckReport> CheckShardAsync(string directory, Func<string, bool>? belongs, IndexDescription? description, CancellationToken cancel)
    {
        try
        {
            var check = options.Repair || options.Rebuild
                ? await ShardRepair.RunAsync(directory, options.Rebuild, belongs, logs, clock, cancel)
                : await Task.Run(() => ShardCheck.Run(directory, belongs, cancel), cancel);
            return description is not null && check.Descriptor is { } descriptor && Difference(description, descriptor) is { } difference
                ? check.Report with { Findings = [.. check.Report.Findings, new CheckFinding(CheckSeverity.Damage, directory, difference)] }
                : check.Report;
        }
        catch (Exception fault) when (fault is ShardException and not ShardLockedException or IOException or UnauthorizedAccessException)
        {
            return Alone(CheckReport.Shard, directory, CheckSeverity.Damage, $"it could not be checked: {fault.Message}");
        }
    }

    /// <summary>A shard is never ahead of the newest version that the catalog knows; behind it may be, and is brought up.</summary>
    private static string? Difference(IndexDescription description, ShardDescriptor descriptor)
    {
        var spec = description.Spec;
        return spec.Model != descriptor.Model || spec.ModelRevision != descriptor.ModelRevision || spec.Dimensions != descriptor.Dimensions
            ? $"the shard has {descriptor.Dimensions} dimensions of '{descriptor.Model}' ({descriptor.ModelRevision}), the catalog says {spec.Dimensions} of '{spec.Model}' ({spec.ModelRevision})."
            : descriptor.IndexVersion > description.Version
                ? $"the shard is at version {descriptor.IndexVersion} of the index, the catalog at {description.Version}: it is older than the shard."
                : null;
    }

    /// <summary>The folder of an index that no entry of the catalog leads to: rubbish of a removal, or all that is left of an index.</summary>
    private async Task CheckUnnamedAsync(CatalogCheck catalog, string tenant, string folder, CancellationToken cancel)
    {
        var name = Path.GetFileName(folder);
        if (name.LastIndexOf('-') is not (var dash and > 0) || !long.TryParse(name[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var incarnation) || !TenantId.TryParse(tenant, out var owner))
        {
            report(Alone(CheckReport.Folder, folder, CheckSeverity.Note, "no folder of an index."));
            return;
        }

        var key = new IndexKey(owner, name[..dash]);
        if (catalog.Indexes.TryGetValue(key, out var index) && (index.Description ?? index.Change)?.Incarnation == incarnation)
            return;
        var shards = Folders(Path.Combine(folder, "shards")).Where(ShardEngine.ShardExists).ToList();
        if (shards.Count == 0)
        {
            report(LeftOver(folder, "an index that was removed, or never finished"));
            return;
        }

        foreach (var shard in shards)
            report(await CheckShardAsync(shard, belongs: null, description: null, cancel));
        // Where an entry cannot be read, that is the damage; these are its shards, or may be.
        report(Alone(CheckReport.Folder, folder, catalog.HasGaps ? CheckSeverity.Note : CheckSeverity.Damage, $"{shards.Count} shards that no entry of the catalog leads to ('{catalog.FileOf(key)}' would). Nothing reads or removes them."));
    }

    private static CheckReport LeftOver(string folder, string what) =>
        Alone(CheckReport.Folder, folder, CheckSeverity.Note, $"{what}: nothing needs it.");

    private static CheckReport Alone(string kind, string path, CheckSeverity severity, string reason) =>
        new(kind, path, 0, 0, [new CheckFinding(severity, path, reason)]);

    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal) : [];
}

using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Snapshots;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Grains.Tenants;

/// <summary>What lies on the disk of a tenant: <c>tenants/{tenant}</c> under <c>Storage:Path</c>.</summary>
internal sealed class TenantFolders(SnapshotFolders folders)
{
    /// <summary>The indexes that have a folder of snapshots, whether they still exist or not.</summary>
    public Task<Result<ImmutableArray<string>>> SnapshotNamesAsync(TenantId tenant) => folders.RunAsync<ImmutableArray<string>>(() =>
    {
        var folder = Path.Combine(PathOf(tenant), "snapshots");
        return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Where(NameRule.IsValid)] : [];
    });

    /// <summary>Removes the folder with all that is in it.</summary>
    /// <returns>Null, or why something is left.</returns>
    public async Task<Error?> DeleteAsync(TenantId tenant) => (await folders.RunAsync(() =>
    {
        DurableFolder.Delete(PathOf(tenant));
        return true;
    })).Error;

    private string PathOf(TenantId tenant) => folders.PathOf(Path.Combine("tenants", tenant.Value));
}

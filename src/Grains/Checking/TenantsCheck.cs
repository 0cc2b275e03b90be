using System.Security.Cryptography;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Grains.Tenants;
using ClipOrleans.Storage.Checking;

namespace ClipOrleans.Grains.Checking;

/// <summary>
/// What the catalog says of tenants beside their own entries, against these: their keys, the list of all, and what is being removed.
/// What a crash can leave is a note; keys that open a tenant which does not know of them are damage.
/// </summary>
internal sealed class TenantsCheck(CatalogReader reader, IReadOnlyDictionary<string, TenantState> tenants, CheckFindings findings)
{
    private const string KeysFolder = "keys";
    private const string DirectoryFolder = "directory";
    private const string RemovalsFolder = "removals";

    private bool TenantsHaveGaps => reader.HasGapIn(CatalogCheck.TenantFolder);

    public void Run()
    {
        CheckKeys();
        CheckDirectory();
        CheckRemovals();
    }

    private void CheckKeys()
    {
        var rings = new HashSet<string>(StringComparer.Ordinal);
        reader.ReadAll<KeyRingState>(KeysFolder, "keyring", (ring, state) =>
        {
            if (!ApiKey.IsRing(ring))
                throw new FormatException($"'{ring}' is no ring of keys");
            rings.Add(ring);
            CheckRing(ring, state);
        });
        foreach (var (tenant, state) in tenants)
        {
            // The name of the ring is written before its first key: what lacks may never have been there.
            if (state.KeyRing is { } ring && !rings.Contains(ring) && !reader.HasGapIn(KeysFolder))
                findings.Note(FileOf(tenant), $"tenant {tenant} has no keys: making the first one was cut short, or '{reader.FileOf(KeysFolder, ring)}' is lost.");
        }
    }

    private void CheckRing(string ring, KeyRingState state)
    {
        var file = reader.FileOf(KeysFolder, ring);
        if (tenants.TryGetValue(state.Tenant, out var tenant) ? tenant.KeyRing != ring : !TenantsHaveGaps)
            findings.Damage(file, $"these keys open tenant '{state.Tenant}', whose entry does not lead to them: nobody lists or deletes them.");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in state.Keys)
        {
            if (key.Id.Length != ApiKey.IdLength || !ids.Add(key.Id))
                findings.Damage(file, $"key '{key.Id}': its id is none, or another key has it.");
            if (key.Hash.Length != SHA256.HashSizeInBytes)
                findings.Damage(file, $"key '{key.Id}': what is kept of it is no SHA-256.");
            if (key.Role is not (KeyRole.Read or KeyRole.Write or KeyRole.Admin) || key.AllIndexes == (key.Indexes.Count > 0))
                findings.Damage(file, $"key '{key.Id}': what it is good for is not what a key can be good for.");
        }
    }

    private void CheckDirectory()
    {
        var listed = new HashSet<string>(StringComparer.Ordinal);
        reader.ReadAll<TenantDirectoryState>(DirectoryFolder, "tenantdirectory", (part, state) =>
        {
            foreach (var (name, _) in state.Tenants)
            {
                var file = reader.FileOf(DirectoryFolder, part);
                listed.Add(name);
                if (!TenantId.TryParse(name, out var id) || TenantDirectoryKey.Of(id) != part)
                    findings.Damage(file, $"tenant '{name}' does not belong into this part of the list.");
                else if (!tenants.ContainsKey(name) && !TenantsHaveGaps)
                    findings.Damage(file, $"it lists tenant '{name}', which has no entry.");
            }
        });
        foreach (var (name, state) in tenants)
        {
            if (state is { Phase: TenantPhase.Live, IsListed: true } && !listed.Contains(name) && !reader.HasGapIn(DirectoryFolder))
                findings.Damage(FileOf(name), $"tenant {name} is in no part of the list of tenants.");
        }
    }

    private void CheckRemovals()
    {
        var remembered = new HashSet<string>(StringComparer.Ordinal);
        reader.ReadAll<TenantRemovalsState>(RemovalsFolder, "tenantremovals", (key, state) =>
        {
            if (key != TenantRemovalsGrain.Key)
                throw new FormatException($"'{key}' is no list of removals");
            remembered.UnionWith(state.Tenants);
        });
        foreach (var name in remembered)
            findings.Note(reader.FileOf(RemovalsFolder, TenantRemovalsGrain.Key), $"tenant {name} was being removed. The next start of the server finishes that.");
        foreach (var (name, state) in tenants)
        {
            if (state.Phase is TenantPhase.Deleting && !remembered.Contains(name) && !reader.HasGapIn(RemovalsFolder))
                findings.Damage(FileOf(name), $"tenant {name} was being removed, and no start goes on with it. Deleting it again does.");
        }
    }

    private string FileOf(string tenant) => reader.FileOf(CatalogCheck.TenantFolder, tenant);
}

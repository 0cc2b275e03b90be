using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Indexes;
using ClipOrleans.Grains.Tenants;
using ClipOrleans.Storage.Checking;

namespace ClipOrleans.Grains.Checking;

/// <summary>What the catalog of a data folder says, as far as it can be read, and what is wrong with it.</summary>
internal sealed class CatalogCheck
{
    internal const string TenantFolder = "tenant";
    internal const string IndexFolder = "index";

    private readonly CatalogReader _reader;
    private readonly CheckFindings _findings = new();
    private readonly Dictionary<string, TenantState> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<IndexKey, IndexState> _indexes = [];

    private CatalogCheck(string root) => _reader = new CatalogReader(root, _findings);

    /// <summary>By key, also those that are being made or removed.</summary>
    public IReadOnlyDictionary<IndexKey, IndexState> Indexes => _indexes;

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, TenantState> Tenants => _tenants;

    /// <summary>An entry could not be read: what no entry names may be its.</summary>
    public bool HasGaps => _reader.HasGapIn(TenantFolder) || _reader.HasGapIn(IndexFolder);

    public CheckReport Report { get; private set; } = null!;

    /// <param name="root">The folder <c>catalog</c>.</param>
    public static CatalogCheck Run(string root)
    {
        var check = new CatalogCheck(root);
        check._reader.ReadAll<TenantState>(TenantFolder, TenantFolder, (key, state) => check._tenants[TenantId.Parse(key).Value] = state);
        check._reader.ReadAll<IndexState>(IndexFolder, IndexFolder, (key, state) => check._indexes[IndexKey.Parse(key)] = state);
        foreach (var (key, index) in check._indexes)
            check.CheckIndex(key, index);
        new TenantsCheck(check._reader, check._tenants, check._findings).Run();
        check.Report = new CheckReport(CheckReport.Catalog, root, Documents: 0, check._reader.Bytes, check._findings.All);
        return check;
    }

    public string FileOf(IndexKey index) => _reader.FileOf(IndexFolder, index.ToString());

    private void CheckIndex(IndexKey key, IndexState index)
    {
        var file = FileOf(key);
        if (index.Phase is IndexPhase.Creating or IndexPhase.Deleting)
            _findings.Note(file, $"index {key} was being {(index.Phase is IndexPhase.Creating ? "made" : "removed")}. The next start of the server finishes that.");
        if (index.Phase is not IndexPhase.Live)
            return;
        if (index.Description is not { } description || description.Spec.Shards < 1)
            _findings.Damage(file, $"index {key} has no description.");
        else if (!_tenants.TryGetValue(key.Tenant.Value, out var tenant) || tenant.Indexes.GetValueOrDefault(key.Name) != description.Incarnation)
            _findings.Damage(file, $"tenant {key.Tenant} does not name index {key.Name} of incarnation {description.Incarnation}: it is not listed.");
    }
}

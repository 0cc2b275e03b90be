using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Catalog;
using ClipOrleans.Grains.Indexes;
using ClipOrleans.Grains.Tenants;
using ClipOrleans.Storage.Checking;

namespace ClipOrleans.Grains.Checking;

/// <summary>What the catalog of a data folder says, as far as it can be read, and what is wrong with it.</summary>
internal sealed class CatalogCheck
{
    private const string TenantFolder = "tenant";
    private const string IndexFolder = "index";

    private readonly string _root;
    private readonly CheckFindings _findings = new();
    private readonly Dictionary<string, TenantState> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<IndexKey, IndexState> _indexes = [];
    private long _bytes;

    private CatalogCheck(string root) => _root = root;

    /// <summary>By key, also those that are being made or removed.</summary>
    public IReadOnlyDictionary<IndexKey, IndexState> Indexes => _indexes;

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, TenantState> Tenants => _tenants;

    /// <summary>An entry could not be read: what no entry names may be its.</summary>
    public bool HasGaps { get; private set; }

    public CheckReport Report { get; private set; } = null!;

    /// <param name="root">The folder <c>catalog</c>.</param>
    public static CatalogCheck Run(string root)
    {
        var check = new CatalogCheck(root);
        check.ReadAll<TenantState>(TenantFolder, (key, state) => check._tenants[TenantId.Parse(key).Value] = state);
        check.ReadAll<IndexState>(IndexFolder, (key, state) => check._indexes[IndexKey.Parse(key)] = state);
        foreach (var (key, index) in check._indexes)
            check.CheckIndex(key, index);
        check.Report = new CheckReport(CheckReport.Catalog, root, Documents: 0, check._bytes, check._findings.All);
        return check;
    }

    public string FileOf(IndexKey index) =>
        CatalogFileName.TryFor(index.ToString(), out var name) ? Path.Combine(_root, IndexFolder, name) : Path.Combine(_root, IndexFolder);

    private void ReadAll<T>(string type, Action<string, T> add)
    {
        var folder = new DirectoryInfo(Path.Combine(_root, type));
        foreach (var file in folder.Exists ? folder.EnumerateFiles().OrderBy(static file => file.Name, StringComparer.Ordinal) : Enumerable.Empty<FileInfo>())
        {
            if (file.Extension == ".tmp")
            {
                _findings.Note(file.FullName, "a crash has left it; nothing needs it.");
                continue;
            }

            _bytes += file.Length;
            try
            {
                var entry = CatalogStorage.Parse<T>(File.ReadAllBytes(file.FullName), file.FullName);
                var key = entry.Grain.StartsWith(type + "/", StringComparison.Ordinal) ? entry.Grain[(type.Length + 1)..] : "";
                if (!CatalogFileName.TryFor(key, out var name) || name != file.Name)
                    throw new CatalogCorruptException(file.FullName, $"it belongs to {entry.Grain}");
                add(key, entry.State);
            }
            catch (CatalogCorruptException fault)
            {
                Gap(fault.File, fault.Reason);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
            {
                Gap(file.FullName, fault.Message);
            }
        }
    }

    private void Gap(string file, string reason)
    {
        HasGaps = true;
        _findings.Damage(file, $"{reason.TrimEnd('.')}. What it described is still in tenants/; a copy of this file brings it back.");
    }

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

using ClipOrleans.Grains.Catalog;
using ClipOrleans.Storage.Checking;

namespace ClipOrleans.Grains.Checking;

/// <summary>Reads the files of a catalog, and tells of those that are not what was written.</summary>
internal sealed class CatalogReader(string root, CheckFindings findings)
{
    private readonly HashSet<string> _gaps = new(StringComparer.Ordinal);

    public long Bytes { get; private set; }

    /// <summary>Some file of a folder could not be read: what no file names there may be in it.</summary>
    public bool HasGapIn(string folder) => _gaps.Contains(folder);

    public string FileOf(string folder, string key) =>
        CatalogFileName.TryFor(key, out var name) ? Path.Combine(root, folder, name) : Path.Combine(root, folder);

    /// <param name="folder">The name of the state.</param>
    /// <param name="type">The type of the grains that have it, as it stands before their keys.</param>
    /// <param name="add">Takes each entry under its grain's key; a key that it cannot take is a <see cref="FormatException"/>.</param>
    public void ReadAll<T>(string folder, string type, Action<string, T> add)
    {
        var files = new DirectoryInfo(Path.Combine(root, folder));
        foreach (var file in files.Exists ? files.EnumerateFiles().OrderBy(static file => file.Name, StringComparer.Ordinal) : Enumerable.Empty<FileInfo>())
        {
            if (file.Extension == ".tmp")
            {
                findings.Note(file.FullName, "a crash has left it; nothing needs it.");
                continue;
            }

            Bytes += file.Length;
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
                Gap(folder, fault.File, fault.Reason);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
            {
                Gap(folder, file.FullName, fault.Message);
            }
        }
    }

    private void Gap(string folder, string file, string reason)
    {
        _gaps.Add(folder);
        findings.Damage(file, $"{reason.TrimEnd('.')}. {(folder is CatalogCheck.TenantFolder or CatalogCheck.IndexFolder ? "What it described is still in tenants/; a" : "A")} copy of this file brings it back.");
    }
}

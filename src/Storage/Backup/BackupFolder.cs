using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Backup;

/// <summary>
/// The backups of one index: a folder with one directory each, <c>{id}/backup.json</c> and <c>{id}/shards/{n}/…</c>. A
/// backup is made under <c>{id}.tmp</c> and renamed when all of it is on the device; what bears that name after a crash is
/// rubbish and never counts.
/// </summary>
public sealed class BackupFolder
{
    private readonly IDisk _disk;
    private readonly string _folder;

    public BackupFolder(string folder)
        : this(LocalDisk.Instance, Path.GetFullPath(folder))
    {
    }

    internal BackupFolder(IDisk disk, string folder)
    {
        _disk = disk;
        _folder = folder;
    }

    /// <summary>Names of the backups that are whole, ascending.</summary>
    public IReadOnlyList<string> List() => _disk.DirectoryExists(_folder)
        ? [.. _disk.Directories(_folder).Where(static name => !IsUnfinished(name)).Order(StringComparer.Ordinal)]
        : [];

    public bool Exists(string id) => _disk.Exists(Path.Combine(DirectoryOf(id), BackupManifest.FileName));

    /// <summary>The directory of a backup.</summary>
    /// <exception cref="ArgumentException">The id is no name.</exception>
    public string DirectoryOf(string id) =>
        id.Length > 0 && id.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            ? Path.Combine(_folder, id)
            : throw new ArgumentException($"'{id}' is no id of a backup.", nameof(id));

    public string DirectoryOf(string id, int shard) => Path.Combine(DirectoryOf(id), BackupManifest.PathOf(shard, ""));

    /// <exception cref="ShardCorruptException">Its manifest is not what was written, or missing.</exception>
    public BackupManifest Read(string id)
    {
        var path = Path.Combine(DirectoryOf(id), BackupManifest.FileName);
        return _disk.Exists(path)
            ? BackupManifest.Parse(_disk.ReadAll(path), path)
            : throw new ShardCorruptException(path, "the file is missing.");
    }

    /// <summary>Bytes of a backup's own file <c>backup.json</c>, or of one that its manifest names.</summary>
    /// <returns>Less than asked for only at the end of the file.</returns>
    /// <exception cref="ShardCorruptException">The file is missing.</exception>
    public byte[] ReadFile(string id, string path, long offset, int count)
    {
        var full = Path.Combine(DirectoryOf(id), path);
        using var file = _disk.TryOpenExisting(full) ?? throw new ShardCorruptException(full, "the file is missing.");
        var bytes = new byte[(int)Math.Clamp(file.Length - offset, 0, count)];
        return file.Read(bytes, offset) == bytes.Length ? bytes : throw new ShardCorruptException(full, "it became shorter while it was read.");
    }

    /// <summary>Makes the directory, durably and empty, into which the copy of a shard goes.</summary>
    /// <returns>Its path.</returns>
    public string BeginShard(string id, int shard)
    {
        var directory = Path.GetDirectoryName(Path.Combine(Unfinished(id), BackupManifest.PathOf(shard, "x")))!;
        DiskTree.Delete(_disk, directory);
        _disk.CreateDirectory(directory);
        return directory;
    }

    /// <summary>Makes a backup of the copied shards: whole and on the device when this returns.</summary>
    public void Finish(BackupManifest manifest)
    {
        var unfinished = Unfinished(manifest.Id);
        DurableFile.Replace(_disk, Path.Combine(unfinished, BackupManifest.FileName), manifest.ToJson());
        _disk.RenameDirectory(unfinished, DirectoryOf(manifest.Id));
        _disk.SyncDirectory(_folder);
    }

    /// <summary>Removes what was begun and not finished.</summary>
    public void Discard(string id) => DiskTree.Delete(_disk, Unfinished(id));

    /// <summary>Removes everything that was begun and not finished, by whomever.</summary>
    public void DiscardAll()
    {
        if (!_disk.DirectoryExists(_folder))
            return;
        foreach (var path in _disk.Directories(_folder).Where(IsUnfinished).Select(name => Path.Combine(_folder, name)))
        {
            // Away from its name first: whoever still works at it cannot finish it while it is being taken apart.
            var doomed = path + DurableFile.TemporarySuffix;
            _disk.RenameDirectory(path, doomed);
            DiskTree.Delete(_disk, doomed);
        }
    }

    /// <summary>Removes a backup, durably: it is gone whole before its first file is.</summary>
    public void Delete(string id)
    {
        Discard(id);
        _disk.RenameDirectory(DirectoryOf(id), Unfinished(id));
        _disk.SyncDirectory(_folder);
        Discard(id);
        if (_disk.Directories(_folder).Count == 0 && _disk.List(_folder).Count == 0)
            _disk.DeleteDirectory(_folder);
    }

    /// <summary>Removes all backups and what was begun, durably.</summary>
    public void DeleteAll() => DiskTree.Delete(_disk, _folder);

    private static bool IsUnfinished(string name) => name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal);

    private string Unfinished(string id) => DirectoryOf(id) + DurableFile.TemporarySuffix;
}

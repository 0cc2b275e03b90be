using System.IO.Hashing;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Backup;

/// <summary>
/// A backup that comes in pieces from somewhere else. Its manifest comes first and says which files may follow, how long
/// they are and what their checksums are; nothing else is written anywhere. One caller at a time.
/// </summary>
public sealed class BackupUpload : IDisposable
{
    private const string ShardFile = "shard.json";

    private readonly string _folder;
    private readonly Dictionary<string, BackupFile> _missing;
    private readonly XxHash3 _hash = new();
    private IDiskFile? _file;
    private string? _path;
    private long _at;

    private BackupUpload(string folder, BackupManifest manifest)
    {
        _folder = folder;
        Manifest = manifest;
        _missing = manifest.AllFiles.ToDictionary(static file => file.Path, static file => file.File, StringComparer.Ordinal);
    }

    public BackupManifest Manifest { get; }

    /// <param name="folder">Where the backup goes; what is there is removed.</param>
    /// <param name="manifest">The bytes of its <c>backup.json</c>.</param>
    /// <exception cref="ShardCorruptException">It is no manifest.</exception>
    public static BackupUpload Begin(string folder, ReadOnlySpan<byte> manifest)
    {
        var upload = new BackupUpload(Path.GetFullPath(folder), BackupManifest.Parse(manifest, BackupManifest.FileName));
        upload.Discard();
        for (var number = 0; number < upload.Manifest.Shards.Count; number++)
            LocalDisk.Instance.CreateDirectory(Path.Combine(upload._folder, "shards", number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        DurableFile.Replace(Path.Combine(upload._folder, BackupManifest.FileName), manifest);
        return upload;
    }

    /// <summary>Takes the next bytes of a file.</summary>
    /// <exception cref="ShardCorruptException">The file is none of the manifest's, comes twice, is too long or too short, or its checksum does not fit.</exception>
    public void Append(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        if (!_missing.TryGetValue(path, out var expected))
            throw new ShardCorruptException(path, "the manifest names no such file, or it came already.");
        if (_path is not null && _path != path)
            throw new ShardCorruptException(_path, $"it ends after {_at} of {_missing[_path].Length} bytes.");
        if (_path is null)
            Open(path);
        if (offset != _at || bytes.Length > expected.Length - _at)
            throw new ShardCorruptException(path, $"it is not the {expected.Length} bytes of the manifest.");
        _file!.Write(bytes, offset);
        _hash.Append(bytes);
        _at += bytes.Length;
        if (_at == expected.Length)
            Close(path, expected);
    }

    /// <exception cref="ShardCorruptException">A file has not come, or not to its end, or a shard is not of the index that the manifest describes.</exception>
    public void Complete()
    {
        if (_missing.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } path)
            throw new ShardCorruptException(path, path == _path ? $"it ends after {_at} of {_missing[path].Length} bytes." : "it did not come.");
        for (var number = 0; number < Manifest.Shards.Count; number++)
            Manifest.CheckShard(number, LocalDisk.Instance.ReadAll(Path.Combine(_folder, BackupManifest.PathOf(number, ShardFile))));
    }

    /// <summary>Removes everything that came.</summary>
    public void Discard()
    {
        Dispose();
        DiskTree.Delete(LocalDisk.Instance, _folder);
    }

    /// <summary>Removes uploads that nobody has touched for so long that their process must have died.</summary>
    /// <param name="folder">The folder that uploads go into.</param>
    /// <param name="before">In UTC.</param>
    public static void DiscardOlder(string folder, DateTime before)
    {
        foreach (var stale in new DirectoryInfo(folder) is { Exists: true } uploads ? uploads.EnumerateDirectories() : [])
        {
            if (stale.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(stale).All(found => found.LastWriteTimeUtc < before))
                DiskTree.Delete(LocalDisk.Instance, stale.FullName);
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Open(string path)
    {
        _path = path;
        _at = 0;
        _hash.Reset();
        _file = LocalDisk.Instance.Open(Path.Combine(_folder, path));
    }

    private void Close(string path, BackupFile expected)
    {
        _file!.Dispose();
        _file = null;
        _path = null;
        _missing.Remove(path);
        if (FileCopy.ToText(_hash) != expected.Checksum)
            throw new ShardCorruptException(path, "its bytes do not fit the checksum in the manifest.");
    }
}

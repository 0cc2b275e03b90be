using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Checking;

/// <summary>Checks a backup in a folder: each file by its length and checksum, and each log from begin to end.</summary>
public static class BackupCheck
{
    public static CheckReport Run(string directory, CancellationToken cancel) => Run(LocalDisk.Instance, Path.GetFullPath(directory), cancel);

    internal static CheckReport Run(IDisk disk, string directory, CancellationToken cancel)
    {
        var findings = new CheckFindings();
        var path = Path.Combine(directory, BackupManifest.FileName);
        BackupManifest? manifest = null;
        findings.Try(CheckSeverity.Damage, path, () => manifest = BackupManifest.Parse(disk.Exists(path) ? disk.ReadAll(path) : throw new ShardCorruptException(path, "the file is missing."), path));
        if (manifest is null)
            return new CheckReport(CheckReport.Backup, directory, 0, 0, findings.All);
        for (var shard = 0; shard < manifest.Shards.Count; shard++)
            Check(disk, Path.Combine(directory, BackupManifest.PathOf(shard, "")), manifest.Shards[shard], findings, cancel);
        return new CheckReport(CheckReport.Backup, directory, manifest.Documents, manifest.Bytes, findings.All);
    }

    private static void Check(IDisk disk, string directory, BackupShard shard, CheckFindings findings, CancellationToken cancel)
    {
        var files = new ShardFiles(Path.TrimEndingDirectorySeparator(directory));
        var isWhole = true;
        foreach (var file in shard.Files)
            isWhole &= findings.Try(CheckSeverity.Damage, files.InDirectory(file.Name), () => Check(disk, files.InDirectory(file.Name), file, cancel));
        if (isWhole)
            findings.Try(CheckSeverity.Damage, files.Directory, () => CheckLog(disk, files, shard, cancel));
    }

    private static void Check(IDisk disk, string path, BackupFile expected, CancellationToken cancel)
    {
        using var file = disk.TryOpenExisting(path) ?? throw new ShardCorruptException(path, "the file is missing.");
        if (file.Length != expected.Length)
            throw new ShardCorruptException(path, $"{file.Length} bytes instead of {expected.Length}.");
        if (FileCopy.Checksum(file, expected.Length, cancel) != expected.Checksum)
            throw new ShardCorruptException(path, $"its bytes do not fit the checksum in {BackupManifest.FileName}.");
    }

    private static void CheckLog(IDisk disk, ShardFiles files, BackupShard shard, CancellationToken cancel)
    {
        var (manifest, point) = CopiedShard.Check(disk, files, isForeign: true, cancel);
        if (point.Sequence != shard.Sequence || manifest.Descriptor.IndexVersion != shard.IndexVersion)
            throw new ShardCorruptException(files.Manifest, $"it is not the shard that {BackupManifest.FileName} describes.");
    }
}

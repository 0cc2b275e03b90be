using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Errors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Snapshots;

/// <summary>Where snapshots lie, and what their manifests say.</summary>
internal sealed partial class SnapshotFolders(IOptions<StorageSettings> settings, ILogger<SnapshotFolders> logger)
{
    public const int ComeBackSeconds = 5;

    public static string UploadsOf(TenantId tenant) => Path.Combine("tenants", tenant.Value, "uploads");

    /// <summary>A path that travels between grains, on this machine.</summary>
    public string PathOf(string folder) => Path.Combine(settings.Value.FullPath, folder);

    public string FolderOf(string path) => Path.GetRelativePath(settings.Value.FullPath, path);

    public BackupFolder Of(IndexKey index) => new(PathOf(index.SnapshotsPath));

    /// <summary>Does something with files on a thread of its own; damage and a failing device become errors.</summary>
    public async Task<Result<T>> RunAsync<T>(Func<T> work)
    {
        try
        {
            return await Task.Run(work);
        }
        catch (ShardCorruptException damage)
        {
            LogDamaged(damage.File, damage.Reason);
            return Damaged(damage);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogUnavailable(fault);
            return Error.RetryLater(Slugs.StorageUnavailable, "The disk of the snapshots does not take it; the server's log tells why.", ComeBackSeconds);
        }
    }

    /// <summary>The manifest of a backup and the index that it makes, under a name.</summary>
    public async Task<Result<(BackupManifest Manifest, IndexSpec Spec)>> ReadAsync(string folder, string name)
    {
        var path = PathOf(folder);
        var read = await RunAsync(() => new BackupFolder(Path.GetDirectoryName(path)!).Read(Path.GetFileName(path)));
        return !read.IsSuccess ? read.Error
            : SnapshotMessages.ToSpec(read.Value, name) is { IsSuccess: true } spec ? (read.Value, spec.Value)
            : Error.Of(Slugs.BackupDamaged, $"{BackupManifest.FileName}: it describes an index that cannot be.");
    }

    /// <summary>The file as it is called within the backup: callers are not told folders of the server.</summary>
    public static Error Damaged(ShardCorruptException damage)
    {
        var parts = damage.File.Split(Path.DirectorySeparatorChar, '/');
        var name = parts is [.., "shards", _, _] ? string.Join('/', parts[^3..]) : parts[^1];
        return Error.Of(Slugs.BackupDamaged, $"{name}: {damage.Reason}");
    }

    [LoggerMessage(1, LogLevel.Error, "A backup is damaged: {File}: {Reason}")]
    private partial void LogDamaged(string file, string reason);

    [LoggerMessage(2, LogLevel.Error, "The disk of the snapshots failed")]
    private partial void LogUnavailable(Exception fault);
}

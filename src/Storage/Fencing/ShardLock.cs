using System.Text;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>
/// I4, first fence: the operating system lets one engine at a time own a shard's directory, in this process and in all
/// others, and takes the lock back when the owner dies. The second fence, for file systems whose locks lie, is the epoch.
/// </summary>
internal sealed class ShardLock : IDisposable
{
    private const string CloseIt = "Two writers would destroy it: close the other one first.";

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly IDiskFile _file;

    private ShardLock(IDisk disk, string path, IDiskFile file) => (_disk, _path, _file) = (disk, path, file);

    /// <exception cref="ShardLockedException">Somebody else owns the shard, or locks do not work on this file system.</exception>
    public static ShardLock Acquire(IDisk disk, ShardFiles files) => TryAcquire(disk, files) ?? throw InUse(disk, files);

    /// <summary>Puts another lock file in the place of one that is held by somebody who is gone, and holds that.</summary>
    /// <exception cref="ShardLockedException">Somebody else has done so first.</exception>
    public static ShardLock Replace(IDisk disk, ShardFiles files)
    {
        disk.Delete(files.Lock);
        return Acquire(disk, files);
    }

    /// <returns>Null when somebody else owns the shard.</returns>
    /// <exception cref="ShardLockedException">Locks do not work on this file system.</exception>
    public static ShardLock? TryAcquire(IDisk disk, ShardFiles files)
    {
        if (disk.TryOpenExclusive(files.Lock) is not { } file)
            return null;

        // A lock that a second opening does not feel is none: locking switched off, a network file system without it, or a lock file removed meanwhile.
        if (disk.TryOpenExclusive(files.Lock) is { } second)
        {
            second.Dispose();
            file.Dispose();
            throw new ShardLockedException($"'{files.Lock}' could be locked twice: file locking does not work here, so that a second writer would not be noticed.");
        }

        return new ShardLock(disk, files.Lock, file);
    }

    /// <summary>False when the lock file was removed or replaced: whoever comes next locks another one.</summary>
    public bool IsInPlace() => _disk.LeadsTo(_path, _file);

    /// <summary>Writes into the lock file who holds it, for people.</summary>
    public void Describe(ShardManifest manifest)
    {
        var owner = manifest.Owner;
        var text = Encoding.UTF8.GetBytes($"epoch {manifest.Epoch}\nprocess {owner?.ProcessId} on {owner?.Machine}\nsilo {owner?.Name}\nsince {owner?.OpenedAt:O}\n");
        _file.SetLength(text.Length);
        _file.Write(text, 0);
    }

    public void Dispose() => _file.Dispose();

    public static ShardLockedException InUse(IDisk disk, ShardFiles files)
    {
        try
        {
            return InUse(files, ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest).Owner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ShardCorruptException)
        {
            return new($"'{files.Directory}' is in use (by whom cannot be read: {e.Message}). {CloseIt}");
        }
    }

    public static ShardLockedException InUse(ShardFiles files, ShardOwner? by) => new(by is null
        ? $"'{files.Directory}' is in use. {CloseIt}"
        : $"'{files.Directory}' is in use (last opened by process {by.ProcessId} on {by.Machine}, silo '{by.Name}', at {by.OpenedAt:O}). {CloseIt}");
}

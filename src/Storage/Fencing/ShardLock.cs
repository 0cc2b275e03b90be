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
    private readonly IDisk _disk;
    private readonly string _path;
    private readonly IDiskFile _file;

    private ShardLock(IDisk disk, string path, IDiskFile file) => (_disk, _path, _file) = (disk, path, file);

    /// <exception cref="ShardLockedException">Somebody else owns the shard, or locks do not work on this file system.</exception>
    public static ShardLock Acquire(IDisk disk, ShardFiles files)
    {
        var file = disk.TryOpenExclusive(files.Lock)
            ?? throw new ShardLockedException($"'{files.Directory}' is in use{LastOwner(disk, files)}. Two writers would destroy it: close the other one first.");
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

    private static string LastOwner(IDisk disk, ShardFiles files)
    {
        try
        {
            return ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest).Owner is { } owner
                ? $" (last opened by process {owner.ProcessId} on {owner.Machine}, silo '{owner.Name}', at {owner.OpenedAt:O})"
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ShardCorruptException)
        {
            return $" (by whom cannot be read: {e.Message})";
        }
    }
}

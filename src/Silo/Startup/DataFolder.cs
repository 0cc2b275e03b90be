using System.Globalization;

namespace ClipOrleans.Silo.Startup;

/// <summary>
/// The folder of <c>Storage:Path</c>. A process that is a cluster by itself holds it alone, since the embedded catalog knows
/// of one writer only; the silos of a cluster hold it together, each shard in it having a lock of its own. The lock is the
/// operating system's, so that it ends with the process however that ends.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const string LockName = "silo.lock";
    private const string OwnerName = "silo.owner";
    private const string CatalogName = "catalog";

    private readonly FileStream _lock;
    private readonly string? _ownerFile;

    private DataFolder(FileStream held, string? ownerFile)
    {
        _lock = held;
        _ownerFile = ownerFile;
    }

    /// <summary>Holds the folder as the settings ask for it.</summary>
    /// <returns>Null where the roles touch no data.</returns>
    /// <exception cref="StartException">As of <see cref="Open(string)"/>.</exception>
    public static DataFolder? Open(ProcessSettings settings) =>
        !settings.IsClustered ? Open(settings.Storage.FullPath)
        : settings.Roles.HasShard ? OpenTogether(settings.Storage.FullPath)
        : null;

    /// <summary>Holds the folder for this process alone.</summary>
    /// <exception cref="StartException">The folder cannot be made or written, or another process holds it.</exception>
    public static DataFolder Open(string path) => Guard(path, lockFile =>
    {
        var held = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var owner = Path.Combine(path, OwnerName);
        File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataFolder(held, owner);
    });

    /// <summary>Holds the folder beside the other silos of a cluster.</summary>
    /// <exception cref="StartException">The folder cannot be made or written, or a process holds it for itself.</exception>
    public static DataFolder OpenTogether(string path) => Guard(path, lockFile =>
    {
        if (Directory.Exists(Path.Combine(path, CatalogName)))
        {
            throw new StartException(
                $"Storage:Path: {path} belongs to a process that was a cluster by itself: its indexes stand in a catalog there, which this cluster would not see. "
                + "Name another folder, and bring the indexes over with clip backup and clip restore.");
        }

        // Made first: a lock that others may share is one for reading only, and such a file cannot be made by it.
        using (new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite))
            return new DataFolder(new FileStream(lockFile, FileMode.Open, FileAccess.Read, FileShare.Read), ownerFile: null);
    });

    private static DataFolder Guard(string path, Func<string, DataFolder> hold)
    {
        var owner = Path.Combine(path, OwnerName);
        try
        {
            Directory.CreateDirectory(path);
            return hold(Path.Combine(path, LockName));
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new StartException($"Storage:Path: this user may not write to {path} ({fault.Message}).");
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            var process = File.Exists(owner) ? $" by process {File.ReadAllText(owner)}" : " by a silo of a cluster";
            throw new StartException($"Storage:Path: {path} is in use{process}. Stop that one, or choose another folder with --Storage:Path=<folder>.");
        }
        catch (IOException fault)
        {
            throw new StartException($"Storage:Path: {path} cannot be used ({fault.Message}).");
        }
    }

    public void Dispose()
    {
        if (_ownerFile is not null)
            File.Delete(_ownerFile);
        _lock.Dispose();
    }

    private static bool IsHeld(IOException fault) => fault is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
        && fault.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}

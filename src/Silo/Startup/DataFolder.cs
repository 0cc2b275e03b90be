using System.Globalization;

namespace ClipOrleans.Silo.Startup;

/// <summary>
/// The folder of <c>Storage:Path</c>, held by this process alone: the embedded catalog knows of one writer only. The lock
/// is the operating system's, so that it ends with the process however that ends.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const string LockName = "silo.lock";
    private const string OwnerName = "silo.owner";

    private readonly FileStream _lock;
    private readonly string _ownerFile;

    private DataFolder(FileStream held, string ownerFile)
    {
        _lock = held;
        _ownerFile = ownerFile;
    }

    /// <exception cref="StartException">The folder cannot be made or written, or another process holds it.</exception>
    public static DataFolder Open(string path)
    {
        var owner = Path.Combine(path, OwnerName);
        try
        {
            Directory.CreateDirectory(path);
            var held = new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DataFolder(held, owner);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new StartException($"Storage:Path: this user may not write to {path} ({fault.Message}).");
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            var process = File.Exists(owner) ? $" by process {File.ReadAllText(owner)}" : "";
            throw new StartException($"Storage:Path: {path} is in use{process}. Stop that one, or choose another folder with --Storage:Path=<folder>.");
        }
        catch (IOException fault)
        {
            throw new StartException($"Storage:Path: {path} cannot be used ({fault.Message}).");
        }
    }

    public void Dispose()
    {
        File.Delete(_ownerFile);
        _lock.Dispose();
    }

    private static bool IsHeld(IOException fault) => fault is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
        && fault.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}

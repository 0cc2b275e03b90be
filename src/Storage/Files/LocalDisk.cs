using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Rows;
using Microsoft.Win32.SafeHandles;

namespace ClipOrleans.Storage.Files;

/// <summary>The file system of this machine.</summary>
internal sealed class LocalDisk : IDisk
{
    private LocalDisk()
    {
    }

    /// <summary>The one way to the files of this machine. In a process that a test told to die it has crash points in it.</summary>
    public static IDisk Instance { get; } = Around(new LocalDisk(), CrashPoints.FromEnvironment());

    internal static IDisk Around(LocalDisk disk, CrashPoints? points) => points is null ? disk : new CrashingDisk(disk, points);

    public bool DirectoryExists(string directory) => Directory.Exists(directory);

    public void CreateDirectory(string directory)
    {
        foreach (var path in MissingDirectories(directory))
        {
            MakeDirectory(path);
            SyncDirectory(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>The directory and those of its parents that are not there, the outermost first.</summary>
    internal static IReadOnlyCollection<string> MissingDirectories(string directory)
    {
        var missing = new Stack<string>();
        for (var path = Path.GetFullPath(directory); path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path))
            missing.Push(path);
        return missing;
    }

    internal static void MakeDirectory(string path) => Directory.CreateDirectory(path);

    internal static void RemoveDirectory(string path) => Directory.Delete(path);

    public void DeleteDirectory(string directory)
    {
        RemoveDirectory(directory);
        SyncParent(this, directory);
    }

    /// <summary>Forces the removal of a directory.</summary>
    internal static void SyncParent(IDisk disk, string directory)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(directory))!;
        try
        {
            disk.SyncDirectory(parent);
        }
        catch (IOException) when (!disk.DirectoryExists(parent))
        {
            // Somebody has removed the parent as well, which takes this name with it.
        }
    }

    public IReadOnlyList<(string Name, long Length)> List(string directory)
    {
        var files = new List<(string Name, long Length)>();
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            try
            {
                files.Add((file.Name, file.Length));
            }
            catch (FileNotFoundException)
            {
                // Removed since its name was read: a log that is cut short while somebody counts its bytes.
            }
        }

        return files;
    }

    public IReadOnlyList<string> Directories(string directory) =>
        [.. new DirectoryInfo(directory).EnumerateDirectories().Select(static found => found.Name)];

    public bool Exists(string path) => System.IO.File.Exists(path);

    public byte[] ReadAll(string path) => System.IO.File.ReadAllBytes(path);

    public IDiskFile Open(string path) =>
        new OpenFile(System.IO.File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    public IDiskFile? TryOpenExisting(string path) => TryOpen(path, FileAccess.ReadWrite);

    public IDiskFile? TryOpenForReading(string path) => TryOpen(path, FileAccess.Read);

    private static OpenFile? TryOpen(string path, FileAccess access)
    {
        try
        {
            return new OpenFile(System.IO.File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public IDiskFile? TryCreate(string path)
    {
        try
        {
            return new OpenFile(System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (IOException) when (System.IO.File.Exists(path))
        {
            return null;
        }
    }

    public IDiskFile? TryOpenExclusive(string path)
    {
        try
        {
            // FileShare.None is an flock on Unix and a share mode on Windows; both end with the process that holds them.
            return new OpenFile(System.IO.File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            return null;
        }
    }

    /// <summary>By length and time of the last change, to 100 ns: .NET has no number of a file.</summary>
    public bool LeadsTo(string path, IDiskFile file)
    {
        var found = new FileInfo(path);
        return found.Exists && ((OpenFile)file).IsLike(found);
    }

    public VectorMemory MapScratch(string path, long bytes) => ScratchMap.Create(path, bytes);

    public SafeBuffer Map(string path, long bytes) => MappedFile.Open(path, bytes);

    public void Rename(string from, string to) => System.IO.File.Move(from, to, overwrite: true);

    public void RenameDirectory(string from, string to) => Directory.Move(from, to);

    public bool TryLink(string existing, string created) => HardLink.TryCreate(existing, created);

    public void Delete(string path) => System.IO.File.Delete(path);

    public void SyncDirectory(string directory)
    {
        // Windows journals names with the volume and has no call for it.
        if (!OperatingSystem.IsWindows())
            DeviceSync.Directory(directory);
    }

    private static bool IsHeldByAnother(IOException error)
    {
        const int windowsSharingViolation = unchecked((int)0x80070020);
        const int windowsLockViolation = unchecked((int)0x80070021);
        const int linuxTryAgain = 11;
        const int macTryAgain = 35;
        return OperatingSystem.IsWindows() ? error.HResult is windowsSharingViolation or windowsLockViolation
            : OperatingSystem.IsMacOS() ? error.HResult == macTryAgain
            : error.HResult == linuxTryAgain;
    }

    private sealed class OpenFile(SafeFileHandle handle) : IDiskFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long offset)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0)
                    break;
                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Flush() => DeviceSync.File(handle);

        public bool IsLike(FileInfo file) => file.Length == Length && file.LastWriteTimeUtc == System.IO.File.GetLastWriteTimeUtc(handle);

        public void Dispose() => handle.Dispose();
    }
}


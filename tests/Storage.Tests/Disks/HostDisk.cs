using System.Runtime.InteropServices;
using ClipOrleans.Storage.Files;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Tests.Disks;

/// <summary>
/// A shared volume as one machine sees it: the files are everybody's, the locks its own. What it is about to do can be held
/// up: "read shard.json", "write log.0", "rename commit.mark", … ; an operation that waits has not happened.
/// </summary>
internal sealed class HostDisk(SimulatedDisk volume) : IDisk
{
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);

    /// <summary>Told each operation before it is done, with nothing held: may wait.</summary>
    public Action<string>? Before { get; set; }

    public bool DirectoryExists(string directory) => volume.DirectoryExists(directory);

    public void CreateDirectory(string directory) => volume.CreateDirectory(directory);

    public void DeleteDirectory(string directory) => volume.DeleteDirectory(directory);

    public IReadOnlyList<(string Name, long Length)> List(string directory) => volume.List(directory);

    public IReadOnlyList<string> Directories(string directory) => volume.Directories(directory);

    public bool Exists(string path)
    {
        Step("look", path);
        return volume.Exists(path);
    }

    public byte[] ReadAll(string path)
    {
        Step("read", path);
        return volume.ReadAll(path);
    }

    public IDiskFile Open(string path)
    {
        Step("open", path);
        return new File(this, path, volume.Open(path));
    }

    public IDiskFile? TryOpenExisting(string path) => volume.TryOpenExisting(path) is { } file ? new File(this, path, file) : null;

    public IDiskFile? TryOpenForReading(string path) => TryOpenExisting(path);

    public IDiskFile? TryCreate(string path)
    {
        Step("create", path);
        return volume.TryCreate(path) is { } file ? new File(this, path, file) : null;
    }

    public IDiskFile? TryOpenExclusive(string path)
    {
        lock (_locked)
            return _locked.Add(path) ? new File(this, path, volume.Open(path)) { IsLocked = true } : null;
    }

    public bool LeadsTo(string path, IDiskFile file) => volume.LeadsTo(path, ((File)file).Inner);

    public VectorMemory MapScratch(string path, long bytes) => volume.MapScratch(path, bytes);

    public SafeBuffer Map(string path, long bytes) => volume.Map(path, bytes);

    public void Rename(string from, string to)
    {
        Step("rename", to);
        volume.Rename(from, to);
    }

    public void RenameDirectory(string from, string to) => volume.RenameDirectory(from, to);

    public bool TryLink(string existing, string created) => volume.TryLink(existing, created);

    public void Delete(string path)
    {
        Step("delete", path);
        volume.Delete(path);

        // A lock is of the file, not of its name.
        lock (_locked)
            _locked.Remove(path);
    }

    public void SyncDirectory(string directory)
    {
        Step("sync", directory);
        volume.SyncDirectory(directory);
    }

    private void Step(string operation, string path) => Before?.Invoke($"{operation} {Path.GetFileName(path)}");

    private sealed class File(HostDisk host, string path, IDiskFile file) : IDiskFile
    {
        public IDiskFile Inner => file;

        public bool IsLocked { get; init; }

        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            host.Step("write", path);
            file.Write(bytes, offset);
        }

        public void SetLength(long length)
        {
            host.Step("truncate", path);
            file.SetLength(length);
        }

        public void Flush()
        {
            host.Step("flush", path);
            file.Flush();
        }

        public void Dispose()
        {
            file.Dispose();
            lock (host._locked)
            {
                if (IsLocked && host.LeadsTo(path, this))
                    host._locked.Remove(path);
            }
        }
    }
}

using System.Runtime.InteropServices;
using ClipOrleans.Storage.Files;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Grains.Tests;

/// <summary>This machine's disk, until it is full: then nothing can be written any more, and everything can be read.</summary>
internal sealed class FailingDisk : IDisk
{
    private readonly IDisk _disk = LocalDisk.Instance;

    public bool Full { get; set; }

    public bool DirectoryExists(string directory) => _disk.DirectoryExists(directory);

    public void CreateDirectory(string directory) => _disk.CreateDirectory(directory);

    public void DeleteDirectory(string directory) => _disk.DeleteDirectory(directory);

    public IReadOnlyList<(string Name, long Length)> List(string directory) => _disk.List(directory);

    public IReadOnlyList<string> Directories(string directory) => _disk.Directories(directory);

    public bool Exists(string path) => _disk.Exists(path);

    public byte[] ReadAll(string path) => _disk.ReadAll(path);

    public IDiskFile Open(string path) => new OpenFile(this, _disk.Open(path));

    public IDiskFile? TryOpenForReading(string path) => _disk.TryOpenForReading(path);

    public IDiskFile? TryCreate(string path) => _disk.TryCreate(path) is { } file ? new OpenFile(this, file) : null;

    public IDiskFile? TryOpenExisting(string path) => _disk.TryOpenExisting(path) is { } file ? new OpenFile(this, file) : null;

    public IDiskFile? TryOpenExclusive(string path) => _disk.TryOpenExclusive(path) is { } file ? new OpenFile(this, file) : null;

    public bool LeadsTo(string path, IDiskFile file) => _disk.LeadsTo(path, file is OpenFile wrapped ? wrapped.Inner : file);

    public VectorMemory MapScratch(string path, long bytes)
    {
        Check();
        return _disk.MapScratch(path, bytes);
    }

    public SafeBuffer Map(string path, long bytes) => _disk.Map(path, bytes);

    public void Rename(string from, string to) => _disk.Rename(from, to);

    public void RenameDirectory(string from, string to) => _disk.RenameDirectory(from, to);

    public bool TryLink(string existing, string created) => _disk.TryLink(existing, created);

    public void Delete(string path) => _disk.Delete(path);

    public void SyncDirectory(string directory) => _disk.SyncDirectory(directory);

    private void Check()
    {
        if (Full)
            throw new IOException("No space left on device");
    }

    private sealed class OpenFile(FailingDisk disk, IDiskFile file) : IDiskFile
    {
        public IDiskFile Inner => file;

        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.Check();
            file.Write(bytes, offset);
        }

        public void SetLength(long length)
        {
            disk.Check();
            file.SetLength(length);
        }

        public void Flush()
        {
            disk.Check();
            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}

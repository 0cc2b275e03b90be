using System.Runtime.InteropServices;
using ClipOrleans.Storage.Files;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Tests.Disks;

/// <summary>A disk whose next flush of the log, or write to it, waits until the test releases it.</summary>
internal sealed class HeldDisk : IDisk
{
    private readonly SimulatedDisk _disk = new();
    private readonly ManualResetEventSlim _release = new(initialState: true);
    private TaskCompletionSource? _held;
    private bool _holdsWrites;

    /// <summary>The same files, for somebody whom nothing holds up.</summary>
    public SimulatedDisk Free => _disk;

    /// <returns>Completes when the write has begun and waits.</returns>
    public Task HoldNextWrite()
    {
        _holdsWrites = true;
        return HoldNextFlush();
    }

    /// <returns>Completes when the flush has begun and waits.</returns>
    public Task HoldNextFlush()
    {
        _release.Reset();
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _held.Task;
    }

    public void Release() => _release.Set();

    public bool DirectoryExists(string directory) => _disk.DirectoryExists(directory);

    public void CreateDirectory(string directory) => _disk.CreateDirectory(directory);

    public void DeleteDirectory(string directory) => _disk.DeleteDirectory(directory);

    public IReadOnlyList<(string Name, long Length)> List(string directory) => _disk.List(directory);

    public IReadOnlyList<string> Directories(string directory) => _disk.Directories(directory);

    public bool Exists(string path) => _disk.Exists(path);

    public byte[] ReadAll(string path) => _disk.ReadAll(path);

    public IDiskFile Open(string path) => Held(path, _disk.Open(path));

    public IDiskFile? TryOpenExisting(string path) => _disk.TryOpenExisting(path) is { } file ? Held(path, file) : null;

    public IDiskFile? TryOpenForReading(string path) => TryOpenExisting(path);

    public IDiskFile? TryCreate(string path) => _disk.TryCreate(path) is { } file ? Held(path, file) : null;

    public IDiskFile? TryOpenExclusive(string path) => _disk.TryOpenExclusive(path);

    public bool LeadsTo(string path, IDiskFile file) => _disk.LeadsTo(path, file);

    public VectorMemory MapScratch(string path, long bytes) => _disk.MapScratch(path, bytes);

    public SafeBuffer Map(string path, long bytes) => _disk.Map(path, bytes);

    public void Rename(string from, string to) => _disk.Rename(from, to);

    public void RenameDirectory(string from, string to) => _disk.RenameDirectory(from, to);

    public bool TryLink(string existing, string created) => _disk.TryLink(existing, created);

    public void Delete(string path) => _disk.Delete(path);

    public void SyncDirectory(string directory) => _disk.SyncDirectory(directory);

    private IDiskFile Held(string path, IDiskFile file) =>
        Path.GetFileName(path).StartsWith("log.", StringComparison.Ordinal) ? new HeldFile(this, file) : file;

    private sealed class HeldFile(HeldDisk disk, IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (disk._holdsWrites)
            {
                disk._held?.TrySetResult();
                disk._release.Wait();
            }

            file.Write(bytes, offset);
        }

        public void SetLength(long length) => file.SetLength(length);

        public void Flush()
        {
            disk._held?.TrySetResult();
            disk._release.Wait();
            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}

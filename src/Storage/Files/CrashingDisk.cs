using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Files;

/// <summary>
/// The file system of this machine with a crash point before and after whatever changes something, and in the middle of
/// writes. It stands in the place of <see cref="LocalDisk"/> only in a process that a test told to die: without that no
/// operation passes here.
/// </summary>
internal sealed class CrashingDisk(LocalDisk disk, CrashPoints points) : IDisk
{
    public bool DirectoryExists(string directory) => disk.DirectoryExists(directory);

    public void CreateDirectory(string directory)
    {
        foreach (var path in LocalDisk.MissingDirectories(directory))
        {
            Step("mkdir", CrashPoints.KindOfDirectory(path), () => LocalDisk.MakeDirectory(path));
            SyncDirectory(Path.GetDirectoryName(path)!);
        }
    }

    public void DeleteDirectory(string directory)
    {
        Step("rmdir", CrashPoints.KindOfDirectory(directory), () => LocalDisk.RemoveDirectory(directory));
        LocalDisk.SyncParent(this, directory);
    }

    public IReadOnlyList<(string Name, long Length)> List(string directory) => disk.List(directory);

    public IReadOnlyList<string> Directories(string directory) => disk.Directories(directory);

    public bool Exists(string path) => disk.Exists(path);

    public byte[] ReadAll(string path) => disk.ReadAll(path);

    public IDiskFile Open(string path) => new OpenFile(disk.Exists(path) ? disk.Open(path) : Create(path, disk.Open), CrashPoints.KindOfFile(path), points);

    public IDiskFile? TryOpenExisting(string path) => Wrap(disk.TryOpenExisting(path), path);

    public IDiskFile? TryOpenForReading(string path) => disk.TryOpenForReading(path);

    public IDiskFile? TryCreate(string path) => Wrap(Create(path, disk.TryCreate), path);

    public IDiskFile? TryOpenExclusive(string path) =>
        Wrap(disk.Exists(path) ? disk.TryOpenExclusive(path) : Create(path, disk.TryOpenExclusive), path);

    public bool LeadsTo(string path, IDiskFile file) => disk.LeadsTo(path, ((OpenFile)file).Inner);

    public VectorMemory MapScratch(string path, long bytes) => Create(path, path => disk.MapScratch(path, bytes));

    public SafeBuffer Map(string path, long bytes) => disk.Map(path, bytes);

    public void Rename(string from, string to) => Step("rename", CrashPoints.KindOfFile(to), () => disk.Rename(from, to));

    public void RenameDirectory(string from, string to) => Step("rename", CrashPoints.KindOfDirectory(to), () => disk.RenameDirectory(from, to));

    public bool TryLink(string existing, string created)
    {
        var linked = false;
        Step("link", CrashPoints.KindOfFile(created), () => linked = disk.TryLink(existing, created));
        return linked;
    }

    public void Delete(string path) => Step("unlink", CrashPoints.KindOfFile(path), () => disk.Delete(path));

    public void SyncDirectory(string directory) => Step("fsync", CrashPoints.KindOfDirectory(directory), () => disk.SyncDirectory(directory));

    private T Create<T>(string path, Func<string, T> create)
    {
        T created = default!;
        Step("create", CrashPoints.KindOfFile(path), () => created = create(path));
        return created;
    }

    private OpenFile? Wrap(IDiskFile? file, string path) => file is null ? null : new OpenFile(file, CrashPoints.KindOfFile(path), points);

    private void Step(string operation, string kind, Action change)
    {
        points.Pass($"before {operation} {kind}");
        change();
        points.Pass($"after {operation} {kind}");
    }

    private sealed class OpenFile(IDiskFile file, string kind, CrashPoints points) : IDiskFile
    {
        public IDiskFile Inner => file;

        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var half = bytes.Length / 2;
            points.Pass($"before write {kind}");
            file.Write(bytes[..half], offset);
            points.Pass($"amid write {kind}");
            file.Write(bytes[half..], offset + half);
            points.Pass($"after write {kind}");
        }

        public void SetLength(long length)
        {
            points.Pass($"before truncate {kind}");
            file.SetLength(length);
            points.Pass($"after truncate {kind}");
        }

        public void Flush()
        {
            points.Pass($"before fsync {kind}");
            file.Flush();
            points.Pass($"after fsync {kind}");
        }

        public void Dispose() => file.Dispose();
    }
}

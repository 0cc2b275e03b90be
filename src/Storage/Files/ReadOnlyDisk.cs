using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Files;

/// <summary>A disk for one who only reads: it changes nothing, and works where nothing may be changed.</summary>
internal sealed class ReadOnlyDisk(IDisk disk) : IDisk
{
    public bool DirectoryExists(string directory) => disk.DirectoryExists(directory);

    public void CreateDirectory(string directory) => throw Refused(directory);

    public void DeleteDirectory(string directory) => throw Refused(directory);

    public IReadOnlyList<(string Name, long Length)> List(string directory) => disk.List(directory);

    public IReadOnlyList<string> Directories(string directory) => disk.Directories(directory);

    public bool Exists(string path) => disk.Exists(path);

    public byte[] ReadAll(string path) => disk.ReadAll(path);

    public IDiskFile Open(string path) => throw Refused(path);

    public IDiskFile? TryOpenExisting(string path) => disk.TryOpenForReading(path);

    public IDiskFile? TryOpenForReading(string path) => disk.TryOpenForReading(path);

    public IDiskFile? TryCreate(string path) => throw Refused(path);

    public IDiskFile? TryOpenExclusive(string path) => throw Refused(path);

    public bool LeadsTo(string path, IDiskFile file) => disk.LeadsTo(path, file);

    public VectorMemory MapScratch(string path, long bytes) => throw Refused(path);

    public SafeBuffer Map(string path, long bytes) => disk.Map(path, bytes);

    public void Rename(string from, string to) => throw Refused(from);

    public void RenameDirectory(string from, string to) => throw Refused(from);

    public bool TryLink(string existing, string created) => throw Refused(created);

    public void Delete(string path) => throw Refused(path);

    public void SyncDirectory(string directory) => throw Refused(directory);

    private static IOException Refused(string path) => new($"'{path}' is only read here.");
}

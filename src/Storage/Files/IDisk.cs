using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Files;

/// <summary>
/// What a shard asks of a file system, and nothing else: whatever a test wants to lose, tear or fail passes here.
/// Names of a directory (created, renamed, deleted) are durable after <see cref="SyncDirectory"/>, bytes of a file after
/// its <see cref="IDiskFile.Flush"/>. Failures are <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal interface IDisk
{
    bool DirectoryExists(string directory);

    /// <summary>Creates the directory and its parents, durably; no error if it is there.</summary>
    void CreateDirectory(string directory);

    /// <summary>Removes an empty directory.</summary>
    void DeleteDirectory(string directory);

    /// <summary>Names and lengths of the files of a directory (not of its subdirectories).</summary>
    IReadOnlyList<(string Name, long Length)> List(string directory);

    /// <summary>Names of the subdirectories of a directory.</summary>
    IReadOnlyList<string> Directories(string directory);

    bool Exists(string path);

    byte[] ReadAll(string path);

    /// <summary>Opens for reading and writing at any offset; creates the file if it is missing.</summary>
    IDiskFile Open(string path);

    /// <summary>Like <see cref="Open"/>, but null if the file is missing.</summary>
    IDiskFile? TryOpenExisting(string path);

    /// <summary>Opens for reading alone, also where nothing may be written; null if the file is missing.</summary>
    IDiskFile? TryOpenForReading(string path);

    /// <summary>Like <see cref="Open"/>, for a file that is not there yet; null if it is.</summary>
    IDiskFile? TryCreate(string path);

    /// <summary>Like <see cref="Open"/>, for one holder in all processes; null if somebody else holds it.</summary>
    IDiskFile? TryOpenExclusive(string path);

    /// <summary>Whether a path still leads to an open file: not if that was removed, or another one put in its place.</summary>
    bool LeadsTo(string path, IDiskFile file);

    /// <summary>Memory in a file of so many bytes that nobody finds by its name, reserved on the device, never forced; gone with the last reference to it.</summary>
    VectorMemory MapScratch(string path, long bytes);

    /// <summary>The first so many bytes of a file in memory, for reading; mapped as long as the result is referenced.</summary>
    SafeBuffer Map(string path, long bytes);

    /// <summary>Moves a file over another one, atomically.</summary>
    void Rename(string from, string to);

    /// <summary>Gives a directory another name in the same parent, atomically; nothing may bear it yet.</summary>
    void RenameDirectory(string from, string to);

    /// <summary>Gives the bytes of a file a second name.</summary>
    /// <returns>False where the file system cannot do that: they must be copied.</returns>
    bool TryLink(string existing, string created);

    /// <summary>No error if it is not there.</summary>
    void Delete(string path);

    void SyncDirectory(string directory);
}

/// <summary>A file open for positioned reads and writes; safe for any number of threads.</summary>
internal interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <summary>Fills the buffer from the offset on; returns less than its length only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    void SetLength(long length);

    /// <summary>Returns when the device has confirmed every earlier write.</summary>
    void Flush();
}

using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Files;

/// <summary>Files of derived data that are read in place.</summary>
internal static unsafe class MappedFile
{
    /// <summary>Maps the beginning of a file for reading. It stays mapped as long as the result is referenced.</summary>
    /// <exception cref="IOException">There is no such file, or it is shorter.</exception>
    public static SafeBuffer Open(string path, long bytes)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.GetLength(file) < bytes)
            throw new EndOfStreamException($"'{path}' has {RandomAccess.GetLength(file)} bytes where {bytes} are read.");
        using var mapped = MemoryMappedFile.CreateFromFile(file, mapName: null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return mapped.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
    }

    /// <summary>A block of vectors in a mapped file.</summary>
    public static VectorMemory Block(SafeBuffer map, long offset, long bytes) => new Part(map, offset, bytes);

    private sealed class Part : VectorMemory
    {
        /// <summary>Read by nobody: it keeps the map.</summary>
        private readonly SafeBuffer _map;

        public Part(SafeBuffer map, long offset, long bytes)
            : base((float*)((byte*)map.DangerousGetHandle() + offset), bytes, isMapped: true) => _map = map;
    }
}

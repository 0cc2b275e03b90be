using System.Runtime.InteropServices;

namespace ClipOrleans.Bench.Vectors;

/// <summary>
/// Matrices as the big-ann benchmarks keep them, so that every peer reads the same file: uint32 rows, uint32 columns,
/// then the values row after row, little endian; <c>.fbin</c> holds float32, <c>.ibin</c> int32.
/// </summary>
internal static class VectorFile
{
    private const int ChunkBytes = 1 << 26;

    public static void Write<T>(string path, int columns, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var temporary = path + ".part";
        using (var file = File.Create(temporary))
        {
            file.Write(MemoryMarshal.AsBytes<int>([values.Length / columns, columns]));
            while (!values.IsEmpty)
            {
                var chunk = values[..Math.Min(values.Length, ChunkBytes / Marshal.SizeOf<T>())];
                file.Write(MemoryMarshal.AsBytes(chunk));
                values = values[chunk.Length..];
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    public static T[] Read<T>(string path, out int columns)
        where T : unmanaged
    {
        using var file = File.OpenRead(path);
        Span<int> head = stackalloc int[2];
        file.ReadExactly(MemoryMarshal.AsBytes(head));
        columns = head[1];
        var values = new T[checked(head[0] * columns)];
        if (file.Length != (2L * sizeof(int)) + ((long)values.Length * Marshal.SizeOf<T>()))
            throw new InvalidDataException($"{path} is not as long as its head says.");
        for (var rest = values.AsSpan(); !rest.IsEmpty;)
        {
            var chunk = rest[..Math.Min(rest.Length, ChunkBytes / Marshal.SizeOf<T>())];
            file.ReadExactly(MemoryMarshal.AsBytes(chunk));
            rest = rest[chunk.Length..];
        }

        return values;
    }
}

using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// A graph as bytes. Opening reads the head and the encoder; the vertices stay in the mapped file until a search touches
/// them, so that a million rows open in milliseconds. Writer and reader of files are the caller: this project does no I/O.
/// </summary>
internal static unsafe class GraphFile
{
    private const int Page = 4096;

    /// <summary>Writes all rows, published or not. The index must not be changed meanwhile; searches may go on.</summary>
    public static void Write(GraphIndex index, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(stream);
        var encoder = index.Encoder;
        var mean = MemoryMarshal.AsBytes(encoder.Mean);
        var axes = MemoryMarshal.AsBytes(encoder.Axes);
        var behindEncoder = GraphFileHead.Bytes + mean.Length + axes.Length;
        var firstVertex = (behindEncoder + Page - 1L) / Page * Page;
        var stride = index.Vertices.Stride;
        var checksum = 0u;
        for (var row = 0; row < index.Count; row++)
            checksum = Crc32C.Append(checksum, new ReadOnlySpan<byte>(index.Vertices.Vertex(row), stride));

        var page = new byte[GraphFileHead.Bytes];
        new GraphFileHead
        {
            Settings = index.Settings,
            Rows = index.Count,
            Dimensions = encoder.Dimensions,
            Axes = encoder.AxisCount,
            Scale = encoder.Scale,
            FirstVertex = firstVertex,
            EncoderChecksum = Crc32C.Append(Crc32C.Of(mean), axes),
            VerticesChecksum = checksum,
            Length = firstVertex + ((long)index.Count * stride),
        }.Write(page);
        stream.Write(page);
        stream.Write(mean);
        stream.Write(axes);
        stream.Write(new byte[firstVertex - behindEncoder]);
        for (var row = 0; row < index.Count; row++)
            stream.Write(new ReadOnlySpan<byte>(index.Vertices.Vertex(row), stride));
    }

    /// <summary>Opens what <see cref="Write"/> wrote, in place.</summary>
    /// <param name="mapped">The file, mapped privately (copy on write), so that changes stay in memory; the index keeps it.</param>
    /// <param name="length">Of the file; the mapping may be longer by the rest of a page.</param>
    /// <param name="verifyVertices">Reads all vertices to compare their checksum, instead of trusting the disk.</param>
    /// <exception cref="InvalidDataException">Not a graph file, another version, cut short, or damaged.</exception>
    public static GraphIndex Open(SafeBuffer mapped, long length, bool verifyVertices)
    {
        ArgumentNullException.ThrowIfNull(mapped);
        byte* start = null;
        mapped.AcquirePointer(ref start);
        var mapping = new Mapping(mapped);
        try
        {
            return Open(start, length, verifyVertices, mapping);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    private static GraphIndex Open(byte* start, long length, bool verifyVertices, Mapping mapping)
    {
        var head = GraphFileHead.Read(new ReadOnlySpan<byte>(start, (int)Math.Min(length, GraphFileHead.Bytes)));
        var layout = new CodeLayout(head.Settings.CodeBytes);
        var encoderBytes = ((long)head.Dimensions + ((long)head.Dimensions * head.Axes)) * sizeof(float);
        if (head.Length != length || GraphFileHead.Bytes + encoderBytes > head.FirstVertex)
            throw new InvalidDataException($"The graph file has {length} bytes where its head tells of {head.Length}.");
        if (Crc32C.Of(new ReadOnlySpan<byte>(start + GraphFileHead.Bytes, checked((int)encoderBytes))) != head.EncoderChecksum)
            throw new InvalidDataException("The encoder in the graph file is damaged.");

        var numbers = new ReadOnlySpan<float>(start + GraphFileHead.Bytes, (int)(encoderBytes / sizeof(float)));
        var encoder = new VectorEncoder(layout, numbers[..head.Dimensions].ToArray(), numbers[head.Dimensions..].ToArray(), head.Scale);
        var vertices = new VertexStore(layout, head.Settings.Degree);
        if (head.FirstVertex + ((long)head.Rows * vertices.Stride) != length)
            throw new InvalidDataException($"The graph file has no room for {head.Rows} vertices.");
        if (verifyVertices)
            Verify(start + head.FirstVertex, head, vertices);
        vertices.Adopt(start + head.FirstVertex, head.Rows, mapping);
        return new GraphIndex(head.Settings, encoder, vertices);
    }

    private static void Verify(byte* first, GraphFileHead head, VertexStore layout)
    {
        var checksum = 0u;
        for (var row = 0; row < head.Rows; row++)
            checksum = Crc32C.Append(checksum, new ReadOnlySpan<byte>(first + ((long)row * layout.Stride), layout.Stride));
        if (checksum != head.VerticesChecksum)
            throw new InvalidDataException("The vertices in the graph file are damaged.");
    }

    /// <summary>The hold on the mapped memory; the finalizer of the buffer itself must not come first.</summary>
    private sealed class Mapping(SafeBuffer buffer) : IDisposable
    {
        private SafeBuffer? _buffer = buffer;

        ~Mapping() => Release();

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        private void Release() => Interlocked.Exchange(ref _buffer, null)?.ReleasePointer();
    }
}

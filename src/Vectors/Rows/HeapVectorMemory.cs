namespace ClipOrleans.Vectors.Rows;

/// <summary>Vectors on the heap: pinned arrays, so that their pointers stay true.</summary>
public sealed class HeapVectorMemory : IVectorMemory
{
    private HeapVectorMemory()
    {
    }

    public static HeapVectorMemory Instance { get; } = new();

    /// <inheritdoc/>
    public VectorMemory Allocate(long bytes) => Block.Create(bytes);

    private sealed unsafe class Block : VectorMemory
    {
        private const int Alignment = 64;

        /// <summary>Read by nobody: it keeps what the pointer points at.</summary>
        private readonly byte[] _array;

        private Block(byte[] array, float* pointer, long bytes)
            : base(pointer, bytes, isMapped: false) => _array = array;

        public static Block Create(long bytes)
        {
            // The heap aligns to 8; a vector that straddles cache lines costs a line more.
            var array = GC.AllocateUninitializedArray<byte>(checked((int)(bytes + Alignment)), pinned: true);
            fixed (byte* start = array)
                return new Block(array, (float*)(((nuint)start + Alignment - 1) & ~(nuint)(Alignment - 1)), bytes);
        }
    }
}

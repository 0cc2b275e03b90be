namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// Gives a collection the memory for blocks of float32 vectors beyond the first few, which always lie on the heap. One
/// writer at a time asks; nobody ever gives back: a block is free when nothing refers to its <see cref="VectorMemory"/>.
/// </summary>
public interface IVectorMemory
{
    /// <param name="bytes">A multiple of 256.</param>
    /// <returns>At least so many bytes, of any content, aligned to 64.</returns>
    /// <exception cref="IOException">The device behind it has no room, or failed. Nothing was taken.</exception>
    /// <exception cref="OutOfMemoryException">The heap behind it has no room.</exception>
    VectorMemory Allocate(long bytes);
}

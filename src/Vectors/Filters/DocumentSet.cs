using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// A set of rows as one bit each, in pooled memory: dispose to give it back. Bits at and beyond the row count are
/// always clear, so counts are exact. A lasting set is shared by many readers: it is not pooled, and disposing does nothing.
/// </summary>
internal sealed class DocumentSet : IDisposable
{
    private readonly bool _isLasting;
    private ulong[]? _words;

    private DocumentSet(int rowCount, bool isLasting = false)
    {
        RowCount = rowCount;
        WordCount = (rowCount + 63) >> 6;
        _isLasting = isLasting;
        _words = isLasting ? new ulong[WordCount] : ArrayPool<ulong>.Shared.Rent(WordCount);
    }

    public int RowCount { get; }

    public int WordCount { get; }

    public Span<ulong> Words => (_words ?? throw new ObjectDisposedException(nameof(DocumentSet))).AsSpan(0, WordCount);

    public static DocumentSet None(int rowCount)
    {
        var set = new DocumentSet(rowCount);
        set.Words.Clear();
        return set;
    }

    public static DocumentSet All(int rowCount, bool isLasting = false)
    {
        var set = new DocumentSet(rowCount, isLasting);
        set.Words.Fill(ulong.MaxValue);
        set.TrimTail();
        return set;
    }

    public bool Contains(int row) => (Words[row >> 6] & (1UL << row)) != 0;

    public void Add(int row) => Words[row >> 6] |= 1UL << row;

    public void Remove(int row) => Words[row >> 6] &= ~(1UL << row);

    public void UnionWith(DocumentSet other) => TensorPrimitives.BitwiseOr<ulong>(Words, other.Words, Words);

    public void IntersectWith(DocumentSet other) => TensorPrimitives.BitwiseAnd<ulong>(Words, other.Words, Words);

    public void Complement()
    {
        TensorPrimitives.OnesComplement<ulong>(Words, Words);
        TrimTail();
    }

    /// <summary>Adds the rows of a chunked bitmap; what it has beyond this set's row count is not seen.</summary>
    public void UnionWithChunks(ulong[]?[] chunks)
    {
        var words = Words;
        for (var index = 0; index < chunks.Length && index * Tombstones.ChunkWords < words.Length; index++)
        {
            if (chunks[index] is not { } chunk)
                continue;
            var slice = words[(index * Tombstones.ChunkWords)..];
            slice = slice[..Math.Min(slice.Length, Tombstones.ChunkWords)];
            TensorPrimitives.BitwiseOr<ulong>(slice, chunk.AsSpan(0, slice.Length), slice);
        }

        TrimTail();
    }

    /// <summary>Takes the rows of a chunked bitmap away.</summary>
    public void SubtractChunks(ulong[]?[] chunks)
    {
        var words = Words;
        for (var index = 0; index < chunks.Length && index * Tombstones.ChunkWords < words.Length; index++)
        {
            if (chunks[index] is not { } chunk)
                continue;
            var start = index * Tombstones.ChunkWords;
            var length = Math.Min(words.Length - start, Tombstones.ChunkWords);
            for (var word = 0; word < length; word++)
                words[start + word] &= ~chunk[word];
        }
    }

    public long Count()
    {
        var count = 0L;
        foreach (var word in Words)
            count += BitOperations.PopCount(word);
        return count;
    }

    public void Dispose()
    {
        if (_isLasting || _words is not { } words)
            return;
        _words = null;
        ArrayPool<ulong>.Shared.Return(words);
    }

    private void TrimTail()
    {
        if ((RowCount & 63) != 0)
            Words[^1] &= ulong.MaxValue >> (64 - (RowCount & 63));
    }
}

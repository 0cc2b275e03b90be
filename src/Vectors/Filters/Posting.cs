using System.Numerics;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// The rows that have one value, ascending; only ever appended to. Starts as a single row, becomes a list, and a
/// chunked bitmap once that is smaller.
/// </summary>
/// <remarks>
/// Readers take one reference and need no count: a list is filled up with <see cref="Empty"/>, which no row reaches,
/// and every reader stops at the row count of its view. Rows appended meanwhile lie beyond it.
/// </remarks>
internal sealed class Posting
{
    /// <summary>Above every row number.</summary>
    private const int Empty = int.MaxValue;

    /// <summary>A list takes 32 bits a row, a bitmap one bit for each row of the span: denser than this it is smaller.</summary>
    private const int BitsPerListedRow = 32;

    /// <summary>Shortest list worth turning: a chunk of bitmap is as large as this many listed rows.</summary>
    private const int MinBitmapCount = Tombstones.ChunkWords * 2;

    private const int ObjectBytes = 40;

    // Forms in files.
    private const int NoRows = 0;
    private const int List = 1;
    private const int Bitmap = 2;

    private object? _store;
    private int _first = Empty;
    private int _count;

    public Posting(string value) => Value = value;

    public string Value { get; }

    public bool IsEmpty => _count == 0;

    public long Bytes { get; private set; } = ObjectBytes;

    /// <param name="row">Above all rows before.</param>
    public void Append(int row)
    {
        if (_store is ulong[]?[] chunks)
            SetBit(chunks, row);
        else if (_count == 0)
            _first = row;
        else if (_store is int[] rows && _count < rows.Length)
            rows[_count] = row;
        else
            Grow(row);
        _count++;
    }

    /// <summary>Adds the rows below the set's row count to the set.</summary>
    public void UnionInto(DocumentSet set)
    {
        switch (Volatile.Read(ref _store))
        {
            case ulong[]?[] chunks:
                set.UnionWithChunks(chunks);
                break;
            case int[] rows:
                var words = set.Words;
                foreach (var row in rows)
                {
                    if (row >= set.RowCount)
                        break;
                    words[row >> 6] |= 1UL << row;
                }

                break;
            default:
                if (_first < set.RowCount)
                    set.Add(_first);
                break;
        }
    }

    /// <summary>How many rows below this one have the value.</summary>
    public int CountBelow(int rowCount) => CountBelow(Volatile.Read(ref _store), rowCount);

    /// <summary>
    /// Writes the rows below so many: form (32 bits; 0 none, 1 rows, 2 bitmap) and count (32 bits), then the rows (32 bits
    /// each), or how many chunks of bitmap there are (32 bits) and for each its number (32 bits) and its 64 words of 64 bits.
    /// </summary>
    public void Save(SavedOutput output, int rowCount)
    {
        var store = Volatile.Read(ref _store);
        var count = CountBelow(store, rowCount);
        output.Write(count == 0 ? NoRows : store is ulong[]?[]? Bitmap : List);
        output.Write(count);
        if (count == 0)
            return;
        if (store is ulong[]?[] chunks)
            Save(chunks, output, rowCount);
        else
            output.Write<int>(store is int[] rows ? rows.AsSpan(0, count) : [_first]);
    }

    /// <exception cref="InvalidDataException">No posting stands there.</exception>
    public static Posting Restore(string value, ref SavedInput input)
    {
        var posting = new Posting(value);
        var form = input.ReadCount();
        posting._count = input.ReadCount();
        switch (form)
        {
            case NoRows when posting._count == 0:
                break;
            case List when posting._count > 0:
                var rows = input.ReadAll<int>(posting._count);
                posting._first = rows[0];
                if (rows.Length > 1)
                {
                    posting._store = rows;
                    posting.Bytes += rows.Length * (long)sizeof(int);
                }

                break;
            case Bitmap:
                posting.RestoreChunks(ref input);
                break;
            default:
                throw new InvalidDataException($"The rows file has a posting of form {form} with {posting._count} rows.");
        }

        return posting;
    }

    /// <summary>How many rows of the set have this value.</summary>
    public long CountIn(DocumentSet set)
    {
        switch (Volatile.Read(ref _store))
        {
            case ulong[]?[] chunks:
                return CountIn(chunks, set.Words);
            case int[] rows:
                var count = 0L;
                var words = set.Words;
                foreach (var row in rows)
                {
                    if (row >= set.RowCount)
                        break;
                    count += (long)(words[row >> 6] >> row) & 1;
                }

                return count;
            default:
                return _first < set.RowCount && set.Contains(_first) ? 1 : 0;
        }
    }

    /// <summary>The same value over rows with other numbers; negative ones are gone.</summary>
    public Posting Renumbered(int[] newRows)
    {
        var posting = new Posting(Value);
        using var set = DocumentSet.None(newRows.Length);
        UnionInto(set);
        var words = set.Words;
        for (var index = 0; index < words.Length; index++)
        {
            for (var word = words[index]; word != 0; word &= word - 1)
            {
                var row = newRows[(index << 6) + BitOperations.TrailingZeroCount(word)];
                if (row >= 0)
                    posting.Append(row);
            }
        }

        return posting;
    }

    private int CountBelow(object? store, int rowCount)
    {
        switch (store)
        {
            case ulong[]?[] chunks:
                var count = 0;
                for (var index = 0; index < chunks.Length; index++)
                {
                    for (var word = 0; chunks[index] is { } chunk && word < Tombstones.ChunkWords; word++)
                        count += BitOperations.PopCount(Below(chunk[word], index, word, rowCount));
                }

                return count;
            case int[] rows:
                var below = rows.AsSpan().BinarySearch(rowCount);
                return below < 0 ? ~below : below;
            default:
                return _first < rowCount ? 1 : 0;
        }
    }

    /// <summary>The bits of a word of a chunk that stand for rows below so many.</summary>
    private static ulong Below(ulong bits, int chunk, int word, int rowCount)
    {
        var left = rowCount - ((long)chunk << Tombstones.ChunkShift) - (word << 6);
        return left >= 64 ? bits : left <= 0 ? 0 : bits & ((1UL << (int)left) - 1);
    }

    private static void Save(ulong[]?[] chunks, SavedOutput output, int rowCount)
    {
        var known = Math.Min(chunks.Length, (rowCount + (1 << Tombstones.ChunkShift) - 1) >> Tombstones.ChunkShift);
        output.Write(chunks.Take(known).Count(static chunk => chunk is not null));
        Span<ulong> words = stackalloc ulong[Tombstones.ChunkWords];
        for (var index = 0; index < known; index++)
        {
            if (chunks[index] is not { } chunk)
                continue;
            for (var word = 0; word < words.Length; word++)
                words[word] = Below(chunk[word], index, word, rowCount);
            output.Write(index);
            output.Write<ulong>(words);
        }
    }

    private void RestoreChunks(ref SavedInput input)
    {
        const int mostChunks = int.MaxValue >> Tombstones.ChunkShift;
        ulong[]?[] chunks = [];
        for (var left = input.ReadCount(); left > 0; left--)
        {
            var index = input.ReadCount();
            if (index < chunks.Length || index > mostChunks)
                throw new InvalidDataException("The chunks of a bitmap in the rows file do not rise.");
            Array.Resize(ref chunks, index + 1);
            chunks[index] = input.ReadAll<ulong>(Tombstones.ChunkWords);
            Bytes += Tombstones.ChunkWords * sizeof(ulong);
        }

        Bytes += chunks.Length * (long)IntPtr.Size;
        _first = 0;
        _store = chunks;
    }

    private static long CountIn(ulong[]?[] chunks, Span<ulong> words)
    {
        var count = 0L;
        for (var index = 0; index < chunks.Length && index * Tombstones.ChunkWords < words.Length; index++)
        {
            if (chunks[index] is not { } chunk)
                continue;
            var start = index * Tombstones.ChunkWords;
            var length = Math.Min(words.Length - start, Tombstones.ChunkWords);
            for (var word = 0; word < length; word++)
                count += BitOperations.PopCount(words[start + word] & chunk[word]);
        }

        return count;
    }

    private void Grow(int row)
    {
        var isDense = _count >= MinBitmapCount && (long)_count * BitsPerListedRow >= row - _first;
        if (isDense && _store is int[] list)
        {
            ulong[]?[] chunks = new ulong[(row >> Tombstones.ChunkShift) + 1][];
            Bytes += (chunks.Length * (long)IntPtr.Size) - (list.Length * (long)sizeof(int));
            foreach (var listed in list)
                SetBitIn(chunks, listed);
            SetBitIn(chunks, row);
            Volatile.Write(ref _store, chunks);
            return;
        }

        var rows = new int[_store is int[] old ? old.Length * 2 : 4];
        Array.Fill(rows, Empty);
        if (_store is int[] before)
            before.CopyTo(rows, 0);
        else
            rows[0] = _first;
        rows[_count] = row;
        Bytes += (rows.Length - (_store is int[] replaced ? replaced.Length : 0)) * (long)sizeof(int);
        Volatile.Write(ref _store, rows);
    }

    private void SetBit(ulong[]?[] chunks, int row)
    {
        var index = row >> Tombstones.ChunkShift;
        if (index >= chunks.Length)
        {
            var grown = new ulong[Math.Max(index + 1, chunks.Length * 2)][];
            chunks.CopyTo(grown, 0);
            Bytes += (grown.Length - chunks.Length) * (long)IntPtr.Size;
            chunks = grown;
            SetBitIn(chunks, row);
            Volatile.Write(ref _store, chunks);
            return;
        }

        SetBitIn(chunks, row);
    }

    private void SetBitIn(ulong[]?[] chunks, int row)
    {
        ref var chunk = ref chunks[row >> Tombstones.ChunkShift];
        if (chunk is null)
        {
            chunk = new ulong[Tombstones.ChunkWords];
            Bytes += Tombstones.ChunkWords * sizeof(ulong);
        }

        chunk[(row >> 6) & (Tombstones.ChunkWords - 1)] |= 1UL << row;
    }
}

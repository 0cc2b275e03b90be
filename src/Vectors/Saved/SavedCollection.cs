using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Saved;

/// <summary>
/// Takes a published state apart into bytes and puts a collection together from them, which then answers as the state
/// did: a file of rows, a file of codes where there are any, and the vectors in blocks. Reading and writing files is the
/// caller's: this project does no I/O.
/// </summary>
public static class SavedCollection
{
    /// <summary>Rows of a full block of vectors of so many dimensions.</summary>
    public static int VectorBlockRows(int dimensions) => 1 << VectorBlocks.ShiftFor(dimensions);

    /// <summary>Writes ids, locators, tombstones and filter index, while the collection goes on being written to.</summary>
    /// <param name="view">What is saved.</param>
    /// <param name="stream">Receives the file from its beginning; what it throws is passed on.</param>
    /// <exception cref="OverflowException">An id is longer than 65,535 bytes.</exception>
    public static void WriteRows(CollectionView view, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(stream);
        RowsFile.Write(view.State, stream);
    }

    /// <summary>Writes the codes of the same rows; where <see cref="CollectionView.HasCodes"/>.</summary>
    /// <inheritdoc cref="WriteRows"/>
    public static void WriteCodes(CollectionView view, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(view);
        ListFile.Write(view.State.Index ?? throw new InvalidOperationException("The view has no codes."), view.State.RowCount, stream);
    }

    /// <summary>A collection of what was saved, published, and written to like any other from here on.</summary>
    /// <param name="dimensions">Of the vectors.</param>
    /// <param name="schema">That of the saved state.</param>
    /// <param name="options">What is wished for now.</param>
    /// <param name="rows">The file of rows; read here and not held.</param>
    /// <param name="vectors">The rows' vectors in blocks of <see cref="VectorBlockRows"/>, the last one maybe short; held.</param>
    /// <param name="codes">Null when there are none; taken over only if they are of these rows and wished for.</param>
    /// <exception cref="InvalidDataException">The file of rows is damaged, or of another version or schema.</exception>
    /// <exception cref="ArgumentException">There are more or fewer blocks than the rows need.</exception>
    public static VectorCollection Restore(
        int dimensions, FieldSchema schema, CollectionOptions options, ReadOnlySpan<byte> rows, IReadOnlyList<VectorMemory> vectors, SavedCodes? codes)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(vectors);
        var saved = RowsFile.Read(rows, schema);
        var blocks = new VectorBlocks(dimensions, options.PreciseVectors, vectors, saved.Count);
        return VectorCollection.Restored(schema, options, saved, blocks, dimensions, codes?.File.Index);
    }
}

/// <summary>A file of codes, opened in place.</summary>
public sealed class SavedCodes
{
    private SavedCodes(ListFile file) => File = file;

    internal ListFile File { get; }

    /// <param name="mapped">The file, mapped for reading; held as long as anything reads it.</param>
    /// <param name="length">Of the file.</param>
    /// <param name="dimensions">Of the vectors that the codes must be of.</param>
    /// <exception cref="InvalidDataException">Not a file of codes, another version, of other dimensions, cut short, or damaged.</exception>
    public static SavedCodes Open(SafeBuffer mapped, long length, int dimensions) => new(ListFile.Open(mapped, length, dimensions));

    /// <summary>Compares the checksums of the codes themselves, which opening leaves alone: reads the whole file.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="OperationCanceledException">Nothing is known.</exception>
    public void Verify(CancellationToken cancel) => File.Verify(cancel);
}

using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Codes;
using static ClipOrleans.Vectors.Ann.ListFileHead;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// An index as bytes. Opening reads the head and what was learnt, and checks which row is in which list; codes, nine
/// tenths of the file and more, stay in the mapped file until a search touches them, so that a million rows open in
/// milliseconds. Writer and reader of files are the caller: this project does no I/O.
/// </summary>
internal sealed unsafe class ListFile
{
    private const int VerifiedAtOnce = 1 << 20;

    private readonly byte* _start;
    private readonly ListFileHead _head;
    private readonly Mapping _mapping;

    private ListFile(byte* start, ListFileHead head, Mapping mapping, ListIndex index)
    {
        _start = start;
        _head = head;
        _mapping = mapping;
        Index = index;
    }

    /// <summary>Reads the codes in the mapping, and takes rows like any other. It keeps the mapping for itself.</summary>
    public ListIndex Index { get; }

    /// <summary>Writes the first rows. The index may be searched and appended to meanwhile: rows behind these are not in the file.</summary>
    /// <param name="index">With that many rows or more.</param>
    /// <param name="rows">Those of a view; at least one.</param>
    /// <param name="stream">Receives the file from its beginning; what it throws is passed on.</param>
    public static void Write(ListIndex index, int rows, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(stream);
        ThrowIfBigEndian();
        new ListFileWriter(index, rows).Write(stream);
    }

    /// <summary>Opens what <see cref="Write"/> wrote, in place.</summary>
    /// <param name="mapped">The file, mapped for reading; held as long as anything reads it.</param>
    /// <param name="length">Of the file; the mapping may be longer by the rest of a page.</param>
    /// <param name="dimensions">Of the vectors that the index must be of.</param>
    /// <exception cref="InvalidDataException">Not an index file, another version, of other dimensions, cut short, or damaged.</exception>
    public static ListFile Open(SafeBuffer mapped, long length, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(mapped);
        ThrowIfBigEndian();
        byte* start = null;
        mapped.AcquirePointer(ref start);
        var mapping = new Mapping(mapped);
        try
        {
            return Open(start, length, dimensions, mapping);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Compares the checksums of the codes, which opening leaves alone: that would read the whole file, and it is not to
    /// be read but where searches go. Nothing depends on it in between: any bytes are codes of some row, so that damage
    /// costs recall, but no search fails, and no score is wrong, since hits are scored by the precise vectors.
    /// </summary>
    /// <exception cref="InvalidDataException">The codes are damaged: the index has to be made anew.</exception>
    /// <exception cref="OperationCanceledException">Nothing is known.</exception>
    public void Verify(CancellationToken cancel)
    {
        foreach (var section in (ReadOnlySpan<Section>)[Section.ShortCodes, Section.RowCodes])
            Check(_start, _head, section, cancel);
        GC.KeepAlive(_mapping);
    }

    private static ListFile Open(byte* start, long length, int dimensions, Mapping mapping)
    {
        var head = Read(new ReadOnlySpan<byte>(start, (int)Math.Min(length, Bytes)));
        if (head.Dimensions != dimensions)
            throw new InvalidDataException($"The index file is of vectors of {head.Dimensions} dimensions, not of {dimensions}.");
        if (head.Length != length)
            throw new InvalidDataException($"The index file has {length} bytes where its head tells of {head.Length}.");
        for (var section = Section.Model; section < Section.ShortCodes; section++)
            Check(start, head, section, CancellationToken.None);

        var counts = new ReadOnlySpan<int>(start + head.Start(Section.Directory), head.Lists);
        var listOfRow = new ReadOnlySpan<ushort>(start + head.Start(Section.ListOfRow), head.Rows);
        var rowNumbers = new ReadOnlySpan<int>(start + head.Start(Section.RowNumbers), head.Rows);
        if (!IsWhole(head, counts, listOfRow, rowNumbers))
            throw new InvalidDataException("The lists of the index file do not hold each row once.");
        var model = ReadModel(start + head.Start(Section.Model), head);
        var lists = Lists(start, head, counts, mapping);
        var rowCodes = head.RowCodeBytes == 0 ? null : new RowCodes(mapping, start + head.Start(Section.RowCodes), head.Rows, head.RowCodeBytes);
        var index = new ListIndex(model, lists, rowCodes, listOfRow) { AppendedSince = head.AppendedSince };
        return new ListFile(start, head, mapping, index);
    }

    private static void Check(byte* start, ListFileHead head, Section section, CancellationToken cancel)
    {
        var first = start + head.Start(section);
        var bytes = head.Extent(section);
        var checksum = 0u;
        for (var at = 0L; at < bytes; at += VerifiedAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            checksum = Crc32C.Append(checksum, new ReadOnlySpan<byte>(first + at, (int)Math.Min(VerifiedAtOnce, bytes - at)));
        }

        if (checksum != head.Checksums[(int)section])
            throw new InvalidDataException($"The section {section} of the index file is damaged.");
    }

    /// <summary>Rows rise within each list and are in the list that they say: so each is there once.</summary>
    private static bool IsWhole(ListFileHead head, ReadOnlySpan<int> counts, ReadOnlySpan<ushort> listOfRow, ReadOnlySpan<int> rowNumbers)
    {
        var (first, blocks) = (0, 0L);
        for (var list = 0; list < counts.Length; list++)
        {
            if (counts[list] < 0 || counts[list] > rowNumbers.Length - first)
                return false;
            var before = -1;
            foreach (var row in rowNumbers.Slice(first, counts[list]))
            {
                if (row <= before || row >= listOfRow.Length || listOfRow[row] != list)
                    return false;
                before = row;
            }

            first += counts[list];
            blocks += (counts[list] + LookupKernels.BlockRows - 1) / LookupKernels.BlockRows;
        }

        return first == rowNumbers.Length && blocks == head.Blocks;
    }

    private static ListModel ReadModel(byte* at, ListFileHead head)
    {
        var mean = Take<float>(ref at, head.Dimensions);
        var axes = Take<float>(ref at, checked(head.Dimensions * head.Axes));
        var axisVariance = Take<float>(ref at, head.Axes);
        var spread = Take<float>(ref at, head.Lists);
        var components = head.RowCodeBytes == 0 ? null : new ComponentCodes(Take<float>(ref at, head.Dimensions), Take<float>(ref at, head.Dimensions));
        var sizes = Take<int>(ref at, head.Groups);
        if (sizes.Sum() != head.Axes || sizes.Any(static size => size is < 0 or > AxisGroups.LargestGroup))
            throw new InvalidDataException($"The groups of the index file have not {head.Axes} axes.");
        var lists = new Clustering(Take<short>(ref at, head.Lists * head.Stride), head.Stride);
        var values = new GroupCodebooks(sizes, Take<short>(ref at, GroupCodebooks.ValuesLength(head.Groups)));
        return new ListModel(new Projection(mean, axes, head.Scale), lists, values, components, axisVariance, spread, head.LearntFrom);
    }

    private static T[] Take<T>(ref byte* at, int count)
        where T : unmanaged
    {
        var values = new ReadOnlySpan<T>(at, count).ToArray();
        at += (long)count * sizeof(T);
        return values;
    }

    private static CodeList[] Lists(byte* start, ListFileHead head, ReadOnlySpan<int> counts, Mapping mapping)
    {
        var blockBytes = head.Groups * LookupKernels.GroupBytes;
        var codes = start + head.Start(Section.ShortCodes);
        var rows = (int*)(start + head.Start(Section.RowNumbers));
        var lists = new CodeList[head.Lists];
        for (var list = 0; list < lists.Length; list++)
        {
            lists[list] = new CodeList(mapping, codes, rows, counts[list], blockBytes);
            codes += (long)lists[list].Blocks * blockBytes;
            rows += counts[list];
        }

        return lists;
    }

    private static void ThrowIfBigEndian()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Index files are read in place and little endian; this processor is not.");
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

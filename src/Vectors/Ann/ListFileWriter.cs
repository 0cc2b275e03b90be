using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Codes;
using ClipOrleans.Vectors.Rows;
using static ClipOrleans.Vectors.Ann.ListFileHead;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Writes an index file twice: once to nowhere, for the checksums that stand in its head, and once to the stream. What the
/// index has of its first rows never changes, so both times give the same bytes, even while rows are appended.
/// </summary>
internal sealed unsafe class ListFileWriter
{
    private static readonly byte[] Zeros = new byte[Bytes];

    private readonly ListIndex _index;
    private readonly CodeList[] _lists;
    private readonly int[] _counts;
    private readonly ListFileHead _head;

    /// <param name="index">With that many rows or more.</param>
    /// <param name="rows">To write.</param>
    public ListFileWriter(ListIndex index, int rows)
    {
        var appendedSince = index.AppendedSince;
        var later = index.Count - rows;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(later, nameof(rows));
        _index = index;
        var model = index.Model;
        _lists = new CodeList[model.Lists.Count];
        _counts = new int[_lists.Length];
        for (var list = 0; list < _lists.Length; list++)
        {
            _lists[list] = index.List(list);
            _counts[list] = Below(_lists[list], rows);
        }

        _head = new ListFileHead
        {
            Dimensions = model.Projection.Dimensions,
            Axes = model.Projection.AxisCount,
            Lists = model.Lists.Count,
            Scale = model.Projection.Scale,
            Groups = model.ShortCodes.Groups,
            RowCodeBytes = model.Components?.Bytes ?? 0,
            Rows = rows,
            AppendedSince = Math.Max(0, appendedSince - later),
            LearntFrom = model.LearntFrom,
            Blocks = _counts.Sum(static count => (count + LookupKernels.BlockRows - 1) / LookupKernels.BlockRows),
        };
    }

    public void Write(Stream stream)
    {
        for (var section = Section.Model; section <= Section.RowCodes; section++)
            _head.Checksums[(int)section] = Write(section, Stream.Null);
        var page = new byte[Bytes];
        _head.Write(page);
        stream.Write(page);
        for (var section = Section.Model; section <= Section.RowCodes; section++)
        {
            if (Write(section, stream) != _head.Checksums[(int)section])
                throw new InvalidOperationException($"The section {section} changed while it was written.");
        }
    }

    /// <summary>The slots of a list with rows below so many.</summary>
    private static int Below(CodeList list, int rows)
    {
        var numbers = new ReadOnlySpan<int>(list.Rows, list.Count);
        var below = numbers.BinarySearch(rows);
        GC.KeepAlive(list);
        return below < 0 ? ~below : below;
    }

    /// <returns>The checksum of what was written.</returns>
    private uint Write(Section section, Stream stream)
    {
        var output = new Output(stream);
        switch (section)
        {
            case Section.Model:
                WriteModel(output);
                break;
            case Section.Directory:
                output.Write<int>(_counts);
                break;
            case Section.ListOfRow:
                WriteListOfRow(output);
                break;
            case Section.RowNumbers:
                for (var list = 0; list < _lists.Length; list++)
                    output.Write(new ReadOnlySpan<int>(_lists[list].Rows, _counts[list]));
                break;
            case Section.ShortCodes:
                for (var list = 0; list < _lists.Length; list++)
                    WriteBlocks(_lists[list], _counts[list], output);
                break;
            default:
                WriteRowCodes(output);
                break;
        }

        GC.KeepAlive(_index);
        GC.KeepAlive(_lists);
        var rest = _head.Extent(section) - output.Count;
        output.Write<byte>(Zeros.AsSpan(0, checked((int)rest)));
        return output.Checksum;
    }

    private void WriteModel(Output output)
    {
        var model = _index.Model;
        output.Write(model.Projection.Mean);
        output.Write(model.Projection.Axes);
        output.Write<float>(model.AxisVariance);
        output.Write<float>(model.Spread);
        if (model.Components is { } components)
        {
            output.Write(components.Centres);
            output.Write(components.Steps);
        }

        output.Write(model.ShortCodes.Sizes);
        output.Write(model.Lists.Centroids);
        output.Write(model.ShortCodes.All);
    }

    private void WriteListOfRow(Output output)
    {
        var blocks = _index.ListOfRow;
        for (var row = 0; row < _head.Rows; row += Column<ushort>.BlockRows)
            output.Write<ushort>(blocks[row >> Column<ushort>.Shift].AsSpan(0, Math.Min(Column<ushort>.BlockRows, _head.Rows - row)));
    }

    private void WriteBlocks(CodeList list, int count, Output output)
    {
        var blockBytes = _head.Groups * LookupKernels.GroupBytes;
        var full = count / LookupKernels.BlockRows;
        output.Write(new ReadOnlySpan<byte>(list.Codes, full * blockBytes));
        var used = count % LookupKernels.BlockRows;
        if (used == 0)
            return;
        // Slots behind may be written to at this moment: they are left out.
        var last = new ReadOnlySpan<byte>(list.Codes + ((long)full * blockBytes), blockBytes).ToArray();
        for (var at = 0; at < last.Length; at++)
        {
            var slot = at % LookupKernels.GroupBytes;
            last[at] &= (byte)((slot < used ? 0x0F : 0) | (slot + LookupKernels.GroupBytes < used ? 0xF0 : 0));
        }

        output.Write<byte>(last);
    }

    private void WriteRowCodes(Output output)
    {
        if (_index.RowCodes is not { } codes)
            return;
        for (var row = 0; row < _head.Rows; row += RowCodes.BlockRows)
            output.Write(new ReadOnlySpan<sbyte>(codes[row], Math.Min(RowCodes.BlockRows, _head.Rows - row) * _head.RowCodeBytes));
    }

    /// <summary>Counts and sums up what goes to a stream.</summary>
    private sealed class Output(Stream stream)
    {
        public long Count { get; private set; }

        public uint Checksum { get; private set; }

        public void Write<T>(ReadOnlySpan<T> values)
            where T : unmanaged
        {
            var bytes = MemoryMarshal.AsBytes(values);
            stream.Write(bytes);
            Count += bytes.Length;
            Checksum = Crc32C.Append(Checksum, bytes);
        }
    }
}

using ClipOrleans.Vectors.Codes;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Coded rows in lists around learnt centroids. One writer appends rows in rising order; any number of readers search,
/// each up to the row count of its view. Rows never leave: what is deleted is dead in the view, and <see cref="Renumbered"/>
/// makes an index without it.
/// </summary>
internal sealed class ListIndex
{
    private const int RowsAtOnce = 2048;

    /// <summary>Rows that are coded again to see whether an index is of them: other rows would agree in few of these.</summary>
    private const int HeldSample = 64;

    private readonly CodeList[] _lists;
    private readonly Column<ushort> _listOf = new();
    private readonly RowCodes? _rowCodes;
    private readonly RowEncoder _encoder;
    private readonly float[] _sizes;
    private float[] _publishedSizes = [];
    private int _publishedCount;

    public ListIndex(ListModel model)
        : this(model, Empty(model), model.Components is { } components ? new RowCodes(components.Bytes) : null)
    {
    }

    /// <param name="model">What was learnt.</param>
    /// <param name="lists">Each row in its list, rising.</param>
    /// <param name="rowCodes">Null when the model has none.</param>
    /// <param name="listOfRow">The list of each row.</param>
    public ListIndex(ListModel model, CodeList[] lists, RowCodes? rowCodes, ReadOnlySpan<ushort> listOfRow)
        : this(model, lists, rowCodes) => _listOf.AppendAll(listOfRow);

    private ListIndex(ListModel model, CodeList[] lists, RowCodes? rowCodes)
    {
        Model = model;
        _lists = lists;
        _rowCodes = rowCodes;
        _sizes = [.. lists.Select(static list => (float)list.Count)];
        _encoder = new RowEncoder(model);
    }

    public ListModel Model { get; }

    /// <summary>Rows appended; the next row has this number.</summary>
    public int Count => _listOf.Count;

    /// <summary>Rows appended since the model was learnt; those that are gone by now count too.</summary>
    public int AppendedSince { get; set; }

    public RowCodes? RowCodes => _rowCodes;

    /// <summary>The list of each row, for <see cref="Column{T}.At"/>.</summary>
    public ushort[][] ListOfRow => _listOf.Blocks;

    public long BytesInMemory =>
        Model.BytesInMemory + _lists.Sum(static list => list.BytesInMemory) + (_rowCodes?.BytesInMemory ?? 0) + _listOf.Bytes(sizeof(ushort))
        + (2L * _sizes.Length * sizeof(float));

    /// <summary>What it reads of a mapped file.</summary>
    public long BytesMapped => _lists.Sum(static list => list.BytesMapped) + (_rowCodes?.BytesMapped ?? 0);

    /// <summary>Rows of each list, now: floats, since that is what the planning of a search reckons with.</summary>
    public ReadOnlySpan<float> Sizes => _sizes;

    /// <summary>Rows of each list, for a view; they stay as they are.</summary>
    public float[] PublishSizes()
    {
        if (_publishedCount != Count || _publishedSizes.Length == 0)
            (_publishedSizes, _publishedCount) = ([.. _sizes], Count);
        return _publishedSizes;
    }

    public CodeList List(int list) => Volatile.Read(ref _lists[list]);

    /// <summary>Appends the next row.</summary>
    public void Append(ReadOnlySpan<float> vector)
    {
        var row = Count;
        Span<byte> codes = stackalloc byte[Model.ShortCodes.Groups];
        var list = _encoder.Encode(vector, codes);
        if (Model.Components is { } components)
            components.Encode(vector, _rowCodes!.Append(row));
        Append(row, list, codes);
    }

    /// <summary>Appends the next rows up to <paramref name="end"/>: coded by many threads, appended in order.</summary>
    public void AppendAll(VectorRows rows, int end, Work work)
    {
        while (Count < end)
        {
            var first = Count;
            var count = Math.Min(RowsAtOnce, end - first);
            var groups = Model.ShortCodes.Groups;
            var codes = new byte[count * groups];
            var lists = EncodeAll(rows, first, count, codes, work);
            for (var i = 0; i < count; i++)
                Append(first + i, lists[i], codes.AsSpan(i * groups, groups));
        }
    }

    /// <summary>An index of the rows that stay, under their new numbers.</summary>
    /// <param name="newRows">For each row its new number, rising, or −1.</param>
    public ListIndex Renumbered(int[] newRows)
    {
        var kept = newRows.Count(static row => row >= 0);
        var listOf = new ushort[kept];
        var lists = new CodeList[_lists.Length];
        Span<byte> codes = stackalloc byte[Model.ShortCodes.Groups];
        for (var list = 0; list < lists.Length; list++)
            lists[list] = Kept(_lists[list], (ushort)list, newRows, listOf, codes);

        var rowCodes = Model.Components is { } components ? new RowCodes(components.Bytes) : null;
        var renumbered = new ListIndex(Model, lists, rowCodes, listOf) { AppendedSince = AppendedSince };
        for (var row = 0; row < newRows.Length && rowCodes is not null; row++)
        {
            if (newRows[row] >= 0)
                CopyCode(row, rowCodes, newRows[row]);
        }

        GC.KeepAlive(this);
        return renumbered;
    }

    /// <summary>The first rows are these, as far as a sample of them tells: each would go to the list that it is in.</summary>
    /// <param name="rows">At least as many as the index has.</param>
    public bool Holds(VectorRows rows)
    {
        Span<byte> codes = stackalloc byte[Model.ShortCodes.Groups];
        var step = Math.Max(1, Count / HeldSample);
        for (var row = 0; row < Count; row += step)
        {
            if (_encoder.Encode(rows[row], codes) != Column<ushort>.At(ListOfRow, row))
                return false;
        }

        rows.KeepAlive();
        return true;
    }

    private static CodeList[] Empty(ListModel model)
    {
        var lists = new CodeList[model.Lists.Count];
        for (var list = 0; list < lists.Length; list++)
            lists[list] = new CodeList(1, model.ShortCodes.BlockBytes);
        return lists;
    }

    private unsafe CodeList Kept(CodeList old, ushort list, int[] newRows, ushort[] listOf, Span<byte> codes)
    {
        var blockBytes = Model.ShortCodes.BlockBytes;
        var kept = 0;
        for (var slot = 0; slot < old.Count; slot++)
            kept += newRows[old.Rows[slot]] >= 0 ? 1 : 0;
        var renumbered = new CodeList((kept / LookupKernels.BlockRows) + 1, blockBytes);
        for (var slot = 0; slot < old.Count; slot++)
        {
            var row = newRows[old.Rows[slot]];
            if (row < 0)
                continue;
            GroupCodebooks.Load(new ReadOnlySpan<byte>(old.Codes + ((long)(slot / LookupKernels.BlockRows) * blockBytes), blockBytes), slot % LookupKernels.BlockRows, codes);
            renumbered.Append(row, codes);
            listOf[row] = list;
        }

        return renumbered;
    }

    private unsafe void CopyCode(int row, RowCodes target, int newRow)
    {
        var code = target.Append(newRow);
        new ReadOnlySpan<sbyte>(_rowCodes![row], code.Length).CopyTo(code);
    }

    private ushort[] EncodeAll(VectorRows rows, int first, int count, byte[] codes, Work work)
    {
        var groups = Model.ShortCodes.Groups;
        var stride = Model.Projection.Stride;
        var projected = new short[count * stride];
        _rowCodes?.EnsureRoom(first + count);
        work.For(count, 64, (from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                var vector = rows[first + i];
                Model.Projection.Project(vector, projected.AsSpan(i * stride, stride));
                if (Model.Components is { } components)
                    components.Encode(vector, _rowCodes!.Append(first + i));
            }
        });
        var lists = new ushort[count];
        Model.Lists.Nearest(projected, lists, work);
        work.For(count, 64, (from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                var components = projected.AsSpan(i * stride, stride);
                ListModel.Subtract(components, Model.Lists[lists[i]]);
                Model.ShortCodes.Encode(components, codes.AsSpan(i * groups, groups));
            }
        });
        return lists;
    }

    private void Append(int row, int list, ReadOnlySpan<byte> codes)
    {
        var target = _lists[list];
        if (target.Count == target.Capacity)
        {
            target = target.Grown();
            Volatile.Write(ref _lists[list], target);
        }

        target.Append(row, codes);
        _sizes[list]++;
        AppendedSince++;
        _listOf.Append((ushort)list);
    }
}

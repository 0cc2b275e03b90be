using System.Text;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Saved;

/// <summary>
/// All that a view knows of its rows, but for vectors and codes, as bytes: ids, locators, tombstones, id order, filter
/// index. What hashes by this process alone (the table of ids) is made again when it is read.
/// </summary>
internal static class RowsFile
{
    /// <summary>Writes a view's rows while its collection goes on being written to.</summary>
    /// <param name="state">Of the view.</param>
    /// <param name="stream">Receives the file; what it throws is passed on.</param>
    public static void Write(CollectionState state, Stream stream)
    {
        ThrowIfBigEndian();
        var foot = new SavedFoot(state.RowCount, state.LiveCount, state.Filters.Fields.Count);
        var output = new SavedOutput(stream);
        for (var section = SavedSection.IdLengths; section <= SavedSection.Fields; section++)
        {
            Write(state, section, output);
            foot.Parts[(int)section] = output.EndSection();
        }

        foot.Write(stream);
    }

    /// <exception cref="InvalidDataException">Not a rows file, another version, of another schema, or damaged.</exception>
    public static SavedRows Read(ReadOnlySpan<byte> file, FieldSchema schema)
    {
        ThrowIfBigEndian();
        var foot = SavedFoot.Read(file);
        if (foot.Fields != schema.Count)
            throw new InvalidDataException($"The rows file has {foot.Fields} fields, the schema {schema.Count}.");
        var lengths = new SavedInput(foot.Section(file, SavedSection.IdLengths)).ReadAll<ushort>(foot.Rows);
        var locators = new SavedInput(foot.Section(file, SavedSection.Locators)).ReadAll<long>(foot.Rows);
        var dead = new SavedInput(foot.Section(file, SavedSection.Dead)).ReadAll<ulong>(Words(foot.Rows));
        var (ids, hashes) = ReadIds(foot.Section(file, SavedSection.IdBytes), lengths);
        return new SavedRows(
            foot.Rows, foot.LiveRows, ids, hashes, locators, dead,
            ReadRuns(foot.Section(file, SavedSection.IdOrder)),
            ReadFields(foot.Section(file, SavedSection.Fields), schema));
    }

    private static int Words(int rows) => (int)(((long)rows + 63) >> 6);

    private static void Write(CollectionState state, SavedSection section, SavedOutput output)
    {
        switch (section)
        {
            case SavedSection.IdLengths:
                for (var row = 0; row < state.RowCount; row++)
                    output.Write(checked((ushort)Encoding.UTF8.GetByteCount(Column<string>.At(state.Ids, row))));
                break;
            case SavedSection.IdBytes:
                Span<byte> id = new byte[ushort.MaxValue];
                for (var row = 0; row < state.RowCount; row++)
                    output.Write<byte>(id[..Encoding.UTF8.GetBytes(Column<string>.At(state.Ids, row), id)]);
                break;
            case SavedSection.Locators:
                for (var row = 0; row < state.RowCount; row += Column<long>.BlockRows)
                    output.Write<long>(state.Locators[row >> Column<long>.Shift].AsSpan(0, Math.Min(Column<long>.BlockRows, state.RowCount - row)));
                break;
            case SavedSection.Dead:
                WriteDead(state, output);
                break;
            case SavedSection.IdOrder:
                output.Write(state.IdRuns.Length);
                foreach (var run in state.IdRuns)
                {
                    output.Write(run.Length);
                    output.Write<int>(run);
                }

                break;
            default:
                foreach (var field in state.Filters.Fields)
                    field.Save(output, state.RowCount);
                break;
        }
    }

    private static void WriteDead(CollectionState state, SavedOutput output)
    {
        using var dead = DocumentSet.None(state.RowCount);
        dead.UnionWithChunks(state.Dead);
        output.Write<ulong>(dead.Words);
    }

    private static (string[] Ids, int[] Hashes) ReadIds(ReadOnlySpan<byte> bytes, ushort[] lengths)
    {
        // Blocks of rows side by side: decoding and hashing is half of the work of opening a large shard.
        var starts = new int[((lengths.Length + Column<string>.BlockRows - 1) >> Column<string>.Shift) + 1];
        for (var row = 0; row < lengths.Length; row++)
            starts[(row >> Column<string>.Shift) + 1] += lengths[row];
        for (var block = 1; block < starts.Length; block++)
            starts[block] += starts[block - 1];
        if (starts[^1] != bytes.Length)
            throw new InvalidDataException("The ids of the rows file are not as long as it tells.");

        var (ids, hashes) = (new string[lengths.Length], new int[lengths.Length]);
        unsafe
        {
            fixed (byte* first = bytes)
            {
                var start = (nint)first;
                Parallel.For(0, starts.Length - 1, block =>
                {
                    var at = (byte*)start + starts[block];
                    for (var row = block << Column<string>.Shift; row < Math.Min(lengths.Length, (block + 1) << Column<string>.Shift); row++)
                    {
                        ids[row] = Encoding.UTF8.GetString(at, lengths[row]);
                        hashes[row] = IdTable.Hash(ids[row]);
                        at += lengths[row];
                    }
                });
            }
        }

        return (ids, hashes);
    }

    private static int[][] ReadRuns(ReadOnlySpan<byte> section)
    {
        var input = new SavedInput(section);
        var runs = new int[input.ReadCount()][];
        for (var run = 0; run < runs.Length; run++)
            runs[run] = input.ReadAll<int>(input.ReadCount());
        return runs;
    }

    private static FilterIndex ReadFields(ReadOnlySpan<byte> section, FieldSchema schema)
    {
        var input = new SavedInput(section);
        var fields = new FieldIndex[schema.Count];
        for (var field = 0; field < fields.Length; field++)
            fields[field] = FieldIndex.Restore(schema.Fields[field].Type, ref input);
        return input.IsAtEnd ? new FilterIndex(schema, fields) : throw new InvalidDataException("The rows file has more fields than the schema.");
    }

    private static void ThrowIfBigEndian()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Rows files are little endian; this processor is not.");
    }
}

/// <summary>What a rows file holds.</summary>
internal sealed record SavedRows(
    int Count, int LiveCount, string[] Ids, int[] Hashes, long[] Locators, ulong[] Dead, int[][] IdRuns, FilterIndex Filters);

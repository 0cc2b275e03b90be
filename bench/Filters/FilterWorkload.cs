using System.Globalization;
using System.Text.Json;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Bench.Filters;

/// <summary>Which rows each query of each cell may find, and the fields that say so to the index. The same seed gives the same.</summary>
internal sealed class FilterWorkload
{
    private readonly VectorDataSet _data;
    private readonly CellPartition _partition;
    private readonly int[][] _closest;
    private readonly int _seed;

    public FilterWorkload(VectorDataSet data, CellPartition partition, int seed)
    {
        (_data, _partition, _seed) = (data, partition, seed);
        _closest = [.. Enumerable.Range(0, data.QueryCount).Select(query => partition.ByCloseness(data.Query(query)))];
    }

    public static FieldSchema Schema { get; } =
        new([new FieldDefinition(RowChoice.CellField, FieldType.Keyword), new FieldDefinition(RowChoice.DrawField, FieldType.Number)]);

    /// <summary>Read from JSON, as a document's metadata is.</summary>
    public FieldValues ValuesOf(int row)
    {
        var draw = RowChoice.NumberOf(_partition.Draws[row], _data.Count).ToString("R", CultureInfo.InvariantCulture);
        using var metadata = JsonDocument.Parse($"{{\"{RowChoice.CellField}\":\"{RowChoice.NameOf(_partition.Cells[row])}\",\"{RowChoice.DrawField}\":{draw}}}");
        return MetadataReader.TryRead(metadata.RootElement, Schema, out var values, out var faults)
            ? values
            : throw new InvalidDataException($"The metadata of row {row} were refused: {faults[0].Message}");
    }

    /// <returns>Null where there is no filter.</returns>
    public RowChoice? Choice(FilterCell cell, int query)
    {
        var matches = cell.Matches(_data.Count);
        return cell.Kind switch
        {
            FilterKind.None => null,
            FilterKind.Random => RowChoice.Window(_partition, matches, new Random((_seed * 1_000_003) + (query * 31) + matches)),
            FilterKind.Correlated => RowChoice.Of(_partition, _closest[query], matches),
            FilterKind.AntiCorrelated => RowChoice.Of(_partition, [.. _closest[query].Reverse()], matches),
            _ => throw new ArgumentOutOfRangeException(nameof(cell), cell.Kind, "No relation to the query."),
        };
    }
}

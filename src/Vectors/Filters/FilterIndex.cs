using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Filters;

/// <summary>The writer's side of the indexes of all declared fields.</summary>
internal sealed class FilterIndex
{
    private readonly FieldSchema _schema;
    private readonly FieldIndex[] _fields;

    public FilterIndex(FieldSchema schema)
        : this(schema, [.. schema.Fields.Select(static field => FieldIndex.Create(field.Type))])
    {
    }

    /// <param name="schema">Fields to index.</param>
    /// <param name="fields">Their indexes, in declared order.</param>
    internal FilterIndex(FieldSchema schema, FieldIndex[] fields)
    {
        _schema = schema;
        _fields = fields;
    }

    public long Bytes => _fields.Sum(static index => index.Bytes);

    /// <param name="row">Above all rows before.</param>
    /// <param name="values">Read against the same schema.</param>
    public void Append(int row, FieldValues values)
    {
        foreach (var entry in values.Entries)
            _fields[entry.Ordinal].Append(row, entry);
    }

    public FilterView Publish(Tombstones dead) =>
        new(_schema, [.. _fields.Select(index => index.Publish(dead))]);

    public FilterIndex Renumbered(int[] newRows, Tombstones dead) =>
        new(_schema, [.. _fields.Select(index => index.Renumbered(newRows, dead))]);
}

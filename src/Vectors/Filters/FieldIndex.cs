using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Vectors.Filters;

/// <summary>The writer's side of the index of one field.</summary>
internal abstract class FieldIndex
{
    /// <summary>Rows that have the field.</summary>
    protected Posting Present { get; private protected set; } = new("");

    public abstract long Bytes { get; }

    public static FieldIndex Create(FieldType type) => type switch
    {
        FieldType.Keyword or FieldType.KeywordList or FieldType.Boolean => new KeywordIndex(),
        FieldType.Number or FieldType.DateTime => new ValueIndex(isGeo: false),
        FieldType.Geo => new ValueIndex(isGeo: true),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a field type."),
    };

    /// <summary>
    /// Reads what <see cref="FieldView.Save"/> wrote: type (32 bits), posting of the rows that have the field, then
    /// values with a posting each, or sorted runs.
    /// </summary>
    /// <exception cref="InvalidDataException">It is the index of a field of another type.</exception>
    public static FieldIndex Restore(FieldType type, ref SavedInput input)
    {
        if (input.ReadCount() is var saved && saved != (int)Kind(type))
            throw new InvalidDataException($"The rows file has a field index of kind {saved} for a field of type {type}.");
        var present = Posting.Restore("", ref input);
        return Kind(type) switch
        {
            SavedFieldKind.Keyword => KeywordIndex.Restore(present, ref input),
            SavedFieldKind.Value => ValueIndex.Restore(present, isGeo: false, ref input),
            _ => ValueIndex.Restore(present, isGeo: true, ref input),
        };
    }

    /// <param name="row">Above all rows before.</param>
    /// <param name="entry">The row's value in this field.</param>
    public void Append(int row, in FieldEntry entry)
    {
        Present.Append(row);
        AppendValue(row, entry);
    }

    /// <summary>An immutable state for readers.</summary>
    public abstract FieldView Publish(Tombstones dead);

    /// <summary>This index over rows with other numbers; negative ones are gone.</summary>
    public abstract FieldIndex Renumbered(int[] newRows, Tombstones dead);

    protected abstract void AppendValue(int row, in FieldEntry entry);

    private static SavedFieldKind Kind(FieldType type) => type switch
    {
        FieldType.Number or FieldType.DateTime => SavedFieldKind.Value,
        FieldType.Geo => SavedFieldKind.Place,
        _ => SavedFieldKind.Keyword,
    };
}

/// <summary>In files; 0 is never written.</summary>
internal enum SavedFieldKind
{
    None = 0,
    Keyword = 1,
    Value = 2,
    Place = 3,
}

/// <summary>The readers' side: one published state of one field. Sets given to it have the view's row count.</summary>
internal abstract class FieldView(Posting present)
{
    /// <summary>Writes the rows below so many, whatever the writer does meanwhile.</summary>
    public void Save(SavedOutput output, int rowCount)
    {
        output.Write((int)Kind);
        present.Save(output, rowCount);
        SaveValues(output, rowCount);
    }

    protected abstract SavedFieldKind Kind { get; }

    protected abstract void SaveValues(SavedOutput output, int rowCount);

    public void UnionPresent(DocumentSet set) => present.UnionInto(set);

    /// <summary>Adds the rows that have this value.</summary>
    public abstract void UnionEqual(FieldValue value, DocumentSet set);

    /// <summary>Adds the rows whose key lies in the interval, both ends included.</summary>
    public abstract void UnionRange(long minKey, long maxKey, DocumentSet set);

    /// <summary>Adds the rows within this distance.</summary>
    public abstract void UnionNear(GeoPoint center, double meters, DocumentSet set);

    /// <summary>Counts each distinct value over the rows of the set; values without a row need not be reported.</summary>
    public abstract IEnumerable<(string Value, long Count)> CountValues(FieldType type, DocumentSet set);
}

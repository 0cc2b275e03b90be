namespace ClipOrleans.Vectors.Filters;

/// <summary>The typed values that one document has in the declared fields: extracted once, when it is written.</summary>
public sealed class FieldValues
{
    internal FieldValues(FieldSchema schema, IReadOnlyList<FieldEntry> entries)
    {
        Schema = schema;
        Entries = entries;
    }

    /// <summary>No value in any field; fits every schema.</summary>
    public static FieldValues Empty { get; } = new(FieldSchema.Empty, []);

    /// <summary>How many declared fields the document has.</summary>
    public int Count => Entries.Count;

    /// <summary>Entries point into this schema by ordinal.</summary>
    internal FieldSchema Schema { get; }

    internal IReadOnlyList<FieldEntry> Entries { get; }
}

/// <summary>One field of one document. Which member counts follows from the field's type.</summary>
/// <param name="Ordinal">Position of the field in the schema.</param>
/// <param name="Value">Keyword, number, boolean, instant.</param>
/// <param name="List">Distinct elements of a keyword[] field.</param>
/// <param name="Point">Place of a geo field.</param>
internal readonly record struct FieldEntry(int Ordinal, FieldValue Value, string[]? List, GeoPoint Point);

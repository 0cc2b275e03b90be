namespace ClipOrleans.Vectors.Filters;

/// <summary>The type of a declared field. Zero is invalid, so that a default value cannot pass for a type.</summary>
public enum FieldType
{
    None = 0,
    Keyword = 1,
    Number = 2,
    Boolean = 3,
    DateTime = 4,
    KeywordList = 5,
    Geo = 6,
}

/// <summary>The names of the field types in JSON: <c>keyword number boolean datetime keyword[] geo</c>.</summary>
public static class FieldTypes
{
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the declared types.</exception>
    public static string ToName(FieldType type) => type switch
    {
        FieldType.Keyword => "keyword",
        FieldType.Number => "number",
        FieldType.Boolean => "boolean",
        FieldType.DateTime => "datetime",
        FieldType.KeywordList => "keyword[]",
        FieldType.Geo => "geo",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a field type."),
    };

    /// <summary>Exact names only; upper case or blanks do not parse.</summary>
    public static bool TryParse(string name, out FieldType type)
    {
        type = name switch
        {
            "keyword" => FieldType.Keyword,
            "number" => FieldType.Number,
            "boolean" => FieldType.Boolean,
            "datetime" => FieldType.DateTime,
            "keyword[]" => FieldType.KeywordList,
            "geo" => FieldType.Geo,
            _ => FieldType.None,
        };
        return type != FieldType.None;
    }
}

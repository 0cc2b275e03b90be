namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// One typed scalar to compare with. <see cref="Text"/> holds a keyword; <see cref="Key"/> everything else as an
/// order-preserving integer: a number through <see cref="SortKey"/>, an instant as UTC ticks, false 0 and true 1.
/// </summary>
public readonly record struct FieldValue(FieldType Type, string? Text, long Key)
{
    public static FieldValue OfKeyword(string text) => new(FieldType.Keyword, text, 0);

    public static FieldValue OfNumber(double number) => new(FieldType.Number, null, SortKey.FromDouble(number));

    public static FieldValue OfBoolean(bool value) => new(FieldType.Boolean, null, value ? 1 : 0);

    public static FieldValue OfTicks(long utcTicks) => new(FieldType.DateTime, null, utcTicks);
}

using System.Globalization;

namespace ClipOrleans.Vectors.Filters;

/// <summary>Grows RFC 6901 pointers: '~' becomes ~0 and '/' becomes ~1 inside a segment.</summary>
internal static class JsonPointer
{
    /// <summary>Longest segment quoted back to the caller, in characters: a name of a megabyte is not worth repeating.</summary>
    private const int MaxSegment = 128;

    public static string Child(string parent, string name) =>
        $"{parent}/{Shorten(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Child(string parent, int index) => string.Create(CultureInfo.InvariantCulture, $"{parent}/{index}");

    public static string Shorten(string name)
    {
        if (name.Length <= MaxSegment)
            return name;
        // Never between the two halves of a surrogate pair: the pointer goes out as UTF-8.
        var length = char.IsHighSurrogate(name[MaxSegment - 1]) ? MaxSegment - 1 : MaxSegment;
        return string.Concat(name.AsSpan(0, length), "…");
    }
}

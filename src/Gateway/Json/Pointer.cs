using System.Globalization;

namespace ClipOrleans.Gateway.Json;

/// <summary>Grows RFC 6901 pointers.</summary>
internal static class Pointer
{
    /// <summary>Characters of a member name that are quoted back: nobody needs a megabyte of it.</summary>
    private const int MaxQuoted = 128;

    public static string Child(string parent, string member) =>
        $"{parent}/{Quote(member).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Child(string parent, int index) => string.Create(CultureInfo.InvariantCulture, $"{parent}/{index}");

    /// <summary>The text, or its beginning, never cut inside a surrogate pair.</summary>
    public static string Quote(string text)
    {
        if (text.Length <= MaxQuoted)
            return text;
        var length = char.IsHighSurrogate(text[MaxQuoted - 1]) ? MaxQuoted - 1 : MaxQuoted;
        return string.Concat(text.AsSpan(0, length), "…");
    }
}

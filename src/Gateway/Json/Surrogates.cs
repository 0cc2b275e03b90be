using System.Globalization;
using System.Text.Json;

namespace ClipOrleans.Gateway.Json;

/// <summary>
/// Finds escapes such as <c>\ud800</c> that stand for half a character: grammatical JSON, but no Unicode text, and
/// reading such a string throws.
/// </summary>
internal static class Surrogates
{
    private const int EscapeLength = 6;

    /// <summary>One pass over the raw bytes of a JSON text that is already known to be grammatical.</summary>
    public static bool HasLoneEscape(ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var at = json.IndexOf((byte)'\\');
            if (at < 0 || at + 1 >= json.Length)
                return false;
            json = json[at..];
            if (json[1] != 'u')
            {
                json = json[2..];
                continue;
            }

            if (!TryUnit(json, out var unit))
                return true;
            json = json[EscapeLength..];
            if (char.IsLowSurrogate(unit))
                return true;
            if (!char.IsHighSurrogate(unit))
                continue;
            if (json.Length < EscapeLength || json[0] != '\\' || json[1] != 'u' || !TryUnit(json, out var low) || !char.IsLowSurrogate(low))
                return true;
            json = json[EscapeLength..];
        }
    }

    /// <summary>The pointer of the first string or object that has one.</summary>
    public static string? Find(JsonElement element, string pointer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return TryText(element) ? null : pointer;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    if (!TryName(member, out var name))
                        return pointer;
                    if (Find(member.Value, Pointer.Child(pointer, name)) is { } inMember)
                        return inMember;
                }

                return null;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    if (Find(item, Pointer.Child(pointer, index++)) is { } inItem)
                        return inItem;
                }

                return null;
            default:
                return null;
        }
    }

    public static bool TryName(JsonProperty member, out string name)
    {
        try
        {
            name = member.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = "";
            return false;
        }
    }

    /// <summary>Whether every surrogate of the text has its other half.</summary>
    public static bool ArePaired(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private static bool TryText(JsonElement element)
    {
        try
        {
            return element.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool TryUnit(ReadOnlySpan<byte> escape, out char unit)
    {
        unit = default;
        if (escape.Length < EscapeLength || !ushort.TryParse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        unit = (char)value;
        return true;
    }
}

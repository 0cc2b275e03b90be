using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ClipOrleans.Clip.Text;

/// <summary>
/// HTML character references back to characters, by the rules of the HTML standard for text that is not quite right either
/// (a missing semicolon, <c>&amp;#150;</c> for a dash): the reference tokenizer does so, and titles from shops are full of them.
/// </summary>
internal static class HtmlReferences
{
    private const int LongestName = 32;

    private const string Replacement = "\uFFFD";

    /// <summary>0x80 to 0x9F mean what Windows-1252 has there; 0 marks those that stay as they are.</summary>
    private static readonly char[] Windows1252 =
    [
        '\u20AC', '\0', '\u201A', '\u0192', '\u201E', '\u2026', '\u2020', '\u2021', '\u02C6', '\u2030', '\u0160', '\u2039', '\u0152', '\0', '\u017D', '\0',
        '\0', '\u2018', '\u2019', '\u201C', '\u201D', '\u2022', '\u2013', '\u2014', '\u02DC', '\u2122', '\u0161', '\u203A', '\u0153', '\0', '\u017E', '\u0178',
    ];

    private static readonly Lazy<FrozenDictionary<string, string>> Names = new(ReadNames);

    /// <summary>One pass of unescaping: what comes out of it is not looked at again.</summary>
    public static string Unescape(string text)
    {
        var at = text.IndexOf('&', StringComparison.Ordinal);
        if (at < 0)
            return text;
        var result = new StringBuilder(text.Length);
        var done = 0;
        while (at >= 0)
        {
            result.Append(text, done, at - done);
            done = at + Append(result, text, at);
            at = text.IndexOf('&', done);
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Appends what the reference at <paramref name="at"/> stands for and returns its length; a lone ampersand stands for itself.</summary>
    private static int Append(StringBuilder result, string text, int at)
    {
        if (at + 1 < text.Length && text[at + 1] == '#')
        {
            var length = AppendNumeric(result, text, at);
            if (length > 0)
                return length;
        }
        else
        {
            var length = AppendNamed(result, text, at);
            if (length > 0)
                return length;
        }

        result.Append('&');
        return 1;
    }

    private static int AppendNumeric(StringBuilder result, string text, int at)
    {
        var digit = at + 2;
        var radix = 10;
        if (digit < text.Length && text[digit] is 'x' or 'X')
        {
            radix = 16;
            digit++;
        }

        var start = digit;
        var value = 0;
        while (digit < text.Length && (radix == 16 ? char.IsAsciiHexDigit(text[digit]) : char.IsAsciiDigit(text[digit])))
        {
            var number = char.IsAsciiDigit(text[digit]) ? text[digit] - '0' : (text[digit] | 0x20) - 'a' + 10;
            value = Math.Min((value * radix) + number, 0x110000); // saturates: anything above is the same mistake
            digit++;
        }

        if (digit == start)
            return 0;
        if (digit < text.Length && text[digit] == ';')
            digit++;
        result.Append(Character(value));
        return digit - at;
    }

    private static string Character(int value) => value switch
    {
        0 or (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF => Replacement,
        '\r' => "\r",
        >= 0x80 and <= 0x9F => (Windows1252[value - 0x80] is var c && c != 0 ? c : (char)value).ToString(),
        (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or (>= 0xFDD0 and <= 0xFDEF) => "",
        _ when (value & 0xFFFE) == 0xFFFE => "",
        _ => char.ConvertFromUtf32(value),
    };

    private static int AppendNamed(StringBuilder result, string text, int at)
    {
        var end = at + 1;
        while (end < text.Length && end - at - 1 < LongestName && text[end] is not ('\t' or '\n' or '\f' or ' ' or '<' or '&' or '#' or ';'))
            end++;
        if (end < text.Length && end > at + 1 && text[end] == ';')
            end++;
        var names = Names.Value.GetAlternateLookup<ReadOnlySpan<char>>();
        for (; end > at + 2; end--)
        {
            if (names.TryGetValue(text.AsSpan(at + 1, end - at - 1), out var characters))
            {
                result.Append(characters);
                return end - at;
            }
        }

        return 0;
    }

    private static FrozenDictionary<string, string> ReadNames()
    {
        const string resource = "ClipOrleans.Clip.Text.html5-entities.txt";
        using var stream = typeof(HtmlReferences).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var names = new Dictionary<string, string>(2300, StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var characters = line[(tab + 1)..].Split(' ').Select(hex => char.ConvertFromUtf32(int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            names.Add(line[..tab], string.Concat(characters));
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

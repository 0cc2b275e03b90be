using System.Globalization;
using System.Text;

namespace ClipOrleans.Clip.Text;

/// <summary>
/// What OpenAI's tokenizer does to a text before it looks for words: HTML references resolved twice, white space collapsed, lower case.
/// Lower case is that of Unicode's full mapping, whose only two differences from the character-by-character one are the Turkish capital
/// I with a dot and the Greek sigma at the end of a word.
/// </summary>
internal static class TextCleaner
{
    private const char CapitalSigma = '\u03A3';
    private const char FinalSigma = '\u03C2';
    private const char CapitalDottedI = '\u0130';
    private const string SmallDottedI = "i\u0307";

    public static string Clean(string text)
    {
        // Half a surrogate pair is no character: it becomes the replacement character, as in any conversion to UTF-8.
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        text = HtmlReferences.Unescape(HtmlReferences.Unescape(text));
        return Lower(CollapseWhiteSpace(text));
    }

    private static string CollapseWhiteSpace(string text)
    {
        var result = new StringBuilder(text.Length);
        var pending = false;
        foreach (var c in text)
        {
            // The four separators U+001C to U+001F are white space to the reference implementation but not to .NET.
            if (char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F')
            {
                pending = result.Length > 0;
                continue;
            }

            if (pending)
                result.Append(' ');
            pending = false;
            result.Append(c);
        }

        return result.ToString();
    }

    private static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (!text.AsSpan().ContainsAny(CapitalSigma, CapitalDottedI))
            return lower;
        var result = new StringBuilder(lower.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            _ = text[i] switch
            {
                CapitalDottedI => result.Append(SmallDottedI),
                CapitalSigma when EndsWord(text, i) => result.Append(FinalSigma),
                _ => result.Append(lower[i]),
            };
        }

        return result.ToString();
    }

    /// <summary>Unicode's Final_Sigma: a cased letter before, none after, whatever marks stand between.</summary>
    private static bool EndsWord(string text, int at) => NextCased(text, at, -1) && !NextCased(text, at, +1);

    private static bool NextCased(string text, int at, int step)
    {
        for (var i = at + step; i >= 0 && i < text.Length; i += step)
        {
            // A low surrogate going left (or a high one going right) is looked at together with its other half.
            var start = step < 0 && char.IsLowSurrogate(text[i]) && i > 0 ? i - 1 : i;
            Rune.DecodeFromUtf16(text.AsSpan(start), out var rune, out var length);
            if (!IsCaseIgnorable(rune))
                return Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;
            i += step * (length - 1);
        }

        return false;
    }

    private static bool IsCaseIgnorable(Rune rune) =>
        rune.Value is '\'' or '.' or ':' or 0xB7 or 0x2018 or 0x2019 or 0x2024 or 0x2027
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}

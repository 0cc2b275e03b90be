using System.Globalization;
using System.Text;

namespace ClipOrleans.Clip.Text;

/// <summary>
/// Cuts a cleaned text into what OpenAI's pattern matches: a special token, an English contraction, a run of letters, one digit, or a run
/// of anything else that isn't white space. Written by hand because .NET's expressions see half a character where the reference sees a
/// letter outside the first plane.
/// </summary>
internal ref struct WordSplitter
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly ReadOnlySpan<char> _text;
    private readonly string _startToken;
    private readonly string _endToken;
    private int _next;

    public WordSplitter(ReadOnlySpan<char> text, string startToken, string endToken)
    {
        _text = text;
        _startToken = startToken;
        _endToken = endToken;
    }

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    public ReadOnlySpan<char> Current { get; private set; }

    public bool MoveNext()
    {
        while (_next < _text.Length)
        {
            var rest = _text[_next..];
            var kind = KindAt(rest, out var length);
            if (kind == Kind.Space)
            {
                _next += length;
                continue;
            }

            length = Literal(rest) ?? (kind == Kind.Number ? length : Run(rest, kind));
            Current = rest[..length];
            _next += length;
            return true;
        }

        return false;
    }

    private readonly int? Literal(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith(_startToken, StringComparison.Ordinal))
            return _startToken.Length;
        if (rest.StartsWith(_endToken, StringComparison.Ordinal))
            return _endToken.Length;
        if (rest[0] != '\'')
            return null;
        foreach (var contraction in Contractions)
        {
            if (rest.StartsWith(contraction, StringComparison.Ordinal))
                return contraction.Length;
        }

        return null;
    }

    private static int Run(ReadOnlySpan<char> rest, Kind kind)
    {
        var end = 0;
        while (end < rest.Length && KindAt(rest[end..], out var length) == kind)
            end += length;
        return end;
    }

    private static Kind KindAt(ReadOnlySpan<char> rest, out int length)
    {
        // Half a surrogate pair decodes to the replacement character, one unit long: a symbol like any other.
        Rune.DecodeFromUtf16(rest, out var rune, out length);
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other,
        };
    }
}

namespace ClipOrleans.Repository.Tests.Deploy.Templates;

/// <summary>A stretch of a template: text as it stands, or what is between the braces.</summary>
internal sealed record Piece(string Text, bool IsAction, int Line)
{
    /// <summary>Cuts a template at its braces, with the white space beside <c>{{-</c> and <c>-}}</c> taken away and comments left out.</summary>
    public static IEnumerable<Piece> Cut(string template)
    {
        var position = 0;
        var trimNext = false;
        while (position < template.Length)
        {
            var open = template.IndexOf("{{", position, StringComparison.Ordinal);
            var text = open < 0 ? template[position..] : template[position..open];
            var trimsBefore = open >= 0 && template[(open + 2)..].StartsWith('-') && char.IsWhiteSpace(template[open + 3]);
            text = trimNext ? text.TrimStart() : text;
            text = trimsBefore ? text.TrimEnd() : text;
            if (text.Length > 0)
                yield return new Piece(text, IsAction: false, LineOf(template, position));
            if (open < 0)
                yield break;

            var line = LineOf(template, open);
            var start = open + 2 + (trimsBefore ? 1 : 0);
            var close = Close(template, start, line);
            trimNext = template[close - 1] == '-' && char.IsWhiteSpace(template[close - 2]);
            var action = template[start..(trimNext ? close - 1 : close)].Trim();
            if (!action.StartsWith("/*", StringComparison.Ordinal))
                yield return new Piece(action, IsAction: true, line);
            position = close + 2;
        }
    }

    private static int LineOf(string template, int position) => template.AsSpan(0, position).Count('\n') + 1;

    /// <summary>Where the closing braces are: not within a string or a comment.</summary>
    private static int Close(string template, int start, int line)
    {
        var isComment = template[start..].TrimStart().StartsWith("/*", StringComparison.Ordinal);
        var from = isComment ? template.IndexOf("*/", start, StringComparison.Ordinal) : start;
        for (var i = from; i >= 0 && i < template.Length - 1; i++)
        {
            if (!isComment && template[i] is '"' or '`')
            {
                var quote = template[i];
                for (i++; template[i] != quote; i++)
                {
                    if (template[i] == '\\' && quote == '"')
                        i++;
                }
            }
            else if (template[i] == '}' && template[i + 1] == '}')
            {
                return i;
            }
        }

        throw new TemplateException($"line {line}: the braces are not closed");
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace ClipOrleans.Repository.Tests.Deploy.Templates;

/// <summary>Reads what stands between the braces: pipelines of commands, as in Go's text/template.</summary>
internal sealed partial class ExpressionReader
{
    private readonly string _action;
    private readonly int _line;
    private readonly List<(string Text, bool AfterSpace)> _tokens = [];
    private int _next;

    public ExpressionReader(string action, int line)
    {
        _action = action;
        _line = line;
        var end = 0;
        foreach (Match match in Token().Matches(action))
        {
            if (action[end..match.Index].Trim().Length > 0)
                throw Wrong($"'{action[end..match.Index].Trim()}' is not understood");
            _tokens.Add((match.Value, match.Index > end || end == 0));
            end = match.Index + match.Length;
        }

        if (action[end..].Trim().Length > 0)
            throw Wrong($"'{action[end..].Trim()}' is not understood");
    }

    private string? Peek => _next < _tokens.Count ? _tokens[_next].Text : null;

    public bool AtEnd => Peek is null;

    public string Take() => _next < _tokens.Count ? _tokens[_next++].Text : throw Wrong("it ends too early");

    public bool TakeIf(string token)
    {
        if (Peek != token)
            return false;
        _next++;
        return true;
    }

    /// <summary><c>$x := </c> or <c>$k, $v := </c> before a pipeline.</summary>
    public (IReadOnlyList<string> Names, bool Declares) Variables()
    {
        var length = _tokens.Skip(_next).TakeWhile(token => token.Text.StartsWith('$') || token.Text == ",").Count();
        if (_next + length >= _tokens.Count || _tokens[_next + length].Text is not (":=" or "=") || length == 0)
            return ([], false);
        var names = _tokens.GetRange(_next, length).Select(token => token.Text).Where(text => text != ",").Select(text => text[1..]).ToList();
        _next += length;
        return (names, Take() == ":=");
    }

    public Expression Pipeline()
    {
        var value = Command(piped: null);
        while (TakeIf("|"))
            value = Command(value);
        return value;
    }

    public Expression Whole()
    {
        var value = Pipeline();
        return AtEnd ? value : throw Wrong($"'{Peek}' is left over");
    }

    public TemplateException Wrong(string what) => new($"line {_line}: {{{{ {_action} }}}}: {what}");

    private Expression Command(Expression? piped)
    {
        var isFunction = Peek is { } name && Identifier().IsMatch(name) && name is not ("true" or "false" or "nil");
        var function = isFunction ? Take() : null;
        var operands = new List<Expression>();
        while (Peek is not (null or "|" or ")"))
            operands.Add(Operand());
        if (function is not null)
            return new Call(function, piped is null ? operands : [.. operands, piped]);
        return operands is [var only] && piped is null ? only : throw Wrong("a value takes no arguments");
    }

    private Expression Operand()
    {
        var token = Take();
        if (token == "(")
        {
            var inner = Pipeline();
            if (!TakeIf(")"))
                throw Wrong("a parenthesis is not closed");
            return Peek is { } next && next.StartsWith('.') && next.Length > 1 && !_tokens[_next].AfterSpace ? new Fields(inner, Names(Take()[1..])) : inner;
        }

        return token[0] switch
        {
            '"' => new Literal(Regex.Unescape(token[1..^1])),
            '`' => new Literal(token[1..^1]),
            '.' => new DotFields(Names(token[1..])),
            '$' => token.Split('.') is var parts ? new VariableFields(parts[0][1..], parts[1..]) : throw Wrong(token),
            _ when token is "true" or "false" => new Literal(token == "true"),
            _ when token == "nil" => new Literal(null),
            _ when long.TryParse(token, CultureInfo.InvariantCulture, out var number) => new Literal(number),
            _ when Identifier().IsMatch(token) => new Call(token, []),
            _ => throw Wrong($"'{token}' is no value"),
        };
    }

    private static string[] Names(string dotted) => dotted.Split('.', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("""
        "(\\.|[^"\\])*"|`[^`]*`|:=|=|\||\(|\)|,|\$\w*(\.\w+)*|(\.\w+)+|\.|-?\d+|\w+
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();

    [GeneratedRegex("^[a-zA-Z_]\\w*$")]
    private static partial Regex Identifier();
}

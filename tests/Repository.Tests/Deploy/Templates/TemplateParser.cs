namespace ClipOrleans.Repository.Tests.Deploy.Templates;

/// <summary>
/// Reads a template of the subset that our chart keeps to: if, else if, else, with, range, define, end, variables and
/// pipelines. What else Go knows (block, template, break, methods) is refused, so that the chart stays in the subset.
/// </summary>
internal sealed class TemplateParser
{
    private readonly List<Piece> _pieces;
    private int _next;

    private TemplateParser(string template) => _pieces = [.. Piece.Cut(template)];

    public static IReadOnlyList<Node> Parse(string template)
    {
        var parser = new TemplateParser(template);
        var (nodes, end) = parser.Body();
        return end is null ? nodes : throw end.Wrong("there is nothing that it could end");
    }

    /// <summary>Up to <c>end</c>, <c>else</c> or the end of the file.</summary>
    private (IReadOnlyList<Node> Nodes, ExpressionReader? End) Body()
    {
        var nodes = new List<Node>();
        while (_next < _pieces.Count)
        {
            var piece = _pieces[_next++];
            if (!piece.IsAction)
            {
                nodes.Add(new TextNode(piece.Line, piece.Text));
                continue;
            }

            var reader = new ExpressionReader(piece.Text, piece.Line);
            if (piece.Text.Split(' ')[0] is "end" or "else")
                return (nodes, reader);
            nodes.Add(Action(reader, piece.Line));
        }

        return (nodes, null);
    }

    private Node Action(ExpressionReader reader, int line)
    {
        if (reader.TakeIf("if"))
            return If(reader, line);
        if (reader.TakeIf("with"))
        {
            var (names, _) = reader.Variables();
            var value = reader.Whole();
            var (body, otherwise) = BodyAndElse(reader);
            return new WithNode(line, names.SingleOrDefault(), value, body, otherwise);
        }

        if (reader.TakeIf("range"))
        {
            var (names, _) = reader.Variables();
            var over = reader.Whole();
            var (body, otherwise) = BodyAndElse(reader);
            return new RangeNode(line, names.Count == 2 ? names[0] : null, names.Count > 0 ? names[^1] : null, over, body, otherwise);
        }

        if (reader.TakeIf("define"))
        {
            var name = reader.Take().Trim('"');
            var (body, otherwise) = BodyAndElse(reader);
            return otherwise.Count == 0 ? new DefineNode(line, name, body) : throw reader.Wrong("define has no else");
        }

        var (variables, declares) = reader.Variables();
        var expression = reader.Whole();
        return variables.Count > 0 ? new AssignNode(line, variables[0], declares, expression) : new OutputNode(line, expression);
    }

    private IfNode If(ExpressionReader reader, int line)
    {
        var branches = new List<(Expression?, IReadOnlyList<Node>)>();
        Expression? condition = reader.Whole();
        while (true)
        {
            var (body, end) = Body();
            branches.Add((condition, body));
            if (end is null)
                throw reader.Wrong("it has no end");
            if (end.Take() == "end")
                return new IfNode(line, branches);
            condition = end.TakeIf("if") ? end.Whole() : null;
            if (condition is null && !end.AtEnd)
                throw end.Wrong("else takes nothing but if");
        }
    }

    private (IReadOnlyList<Node> Body, IReadOnlyList<Node> Else) BodyAndElse(ExpressionReader reader)
    {
        var (body, end) = Body();
        if (end is null)
            throw reader.Wrong("it has no end");
        if (end.Take() == "end")
            return (body, []);
        var (otherwise, last) = Body();
        return last is not null && last.Take() == "end" ? (body, otherwise) : throw reader.Wrong("its else has no end");
    }
}

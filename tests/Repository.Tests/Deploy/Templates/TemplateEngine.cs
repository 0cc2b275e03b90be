using System.Text;

namespace ClipOrleans.Repository.Tests.Deploy.Templates;

/// <summary>
/// Renders templates as Helm does, for the subset of Go's templates that the chart keeps to, and stricter: a field that is
/// not there is an error, as is a value that Go would print in its own notation.
/// </summary>
internal sealed class TemplateEngine
{
    private readonly Dictionary<string, IReadOnlyList<Node>> _named = [];
    private int _depth;

    /// <summary>Makes what a file defines known to all.</summary>
    /// <returns>The file, to be rendered.</returns>
    public IReadOnlyList<Node> Load(string file, string text)
    {
        try
        {
            var nodes = TemplateParser.Parse(text);
            foreach (var define in nodes.OfType<DefineNode>())
            {
                if (!_named.TryAdd(define.Name, define.Body))
                    throw new TemplateException($"line {define.Line}: {define.Name} is defined twice");
            }

            return nodes;
        }
        catch (TemplateException fault)
        {
            throw new TemplateException($"{file}: {fault.Message}");
        }
    }

    public string Render(IReadOnlyList<Node> nodes, object? dot)
    {
        var text = new StringBuilder();
        Run(nodes, new Scope(dot, new() { [""] = dot }), text);
        return text.ToString();
    }

    private void Run(IReadOnlyList<Node> nodes, Scope scope, StringBuilder text)
    {
        foreach (var node in nodes)
        {
            try
            {
                Run(node, scope, text);
            }
            catch (TemplateException fault) when (!fault.Message.StartsWith("line ", StringComparison.Ordinal))
            {
                throw new TemplateException($"line {node.Line}: {fault.Message}");
            }
        }
    }

    private void Run(Node node, Scope scope, StringBuilder text)
    {
        switch (node)
        {
            case TextNode plain:
                text.Append(plain.Text);
                break;
            case OutputNode output:
                text.Append(TemplateFunctions.Text(Value(output.Value, scope)));
                break;
            case AssignNode assign:
                scope.Set(assign.Variable, Value(assign.Value, scope), assign.Declares);
                break;
            case IfNode branches:
                var taken = branches.Branches.FirstOrDefault(branch => branch.Condition is null || TemplateFunctions.IsTrue(Value(branch.Condition, scope)));
                if (taken.Body is not null)
                    Run(taken.Body, scope.Inner(scope.Dot), text);
                break;
            case WithNode with:
                var value = Value(with.Value, scope);
                var isTrue = TemplateFunctions.IsTrue(value);
                var inner = scope.Inner(isTrue ? value : scope.Dot);
                if (with.Variable is not null)
                    inner.Set(with.Variable, value, declares: true);
                Run(isTrue ? with.Body : with.Else, inner, text);
                break;
            case RangeNode range:
                RunRange(range, scope, text);
                break;
            case DefineNode:
                break;
            default:
                throw new TemplateException($"{node.GetType()} is not rendered");
        }
    }

    private void RunRange(RangeNode range, Scope scope, StringBuilder text)
    {
        List<(object? Key, object? Item)> items = Value(range.Over, scope) switch
        {
            null => [],
            SortedDictionary<string, object?> map => [.. map.Select(pair => ((object?)pair.Key, pair.Value))],
            List<object?> list => [.. list.Select((item, index) => ((object?)(long)index, item))],
            _ => throw new TemplateException("range goes over lists and maps"),
        };
        foreach (var (key, item) in items)
        {
            var inner = scope.Inner(item);
            if (range.Key is not null)
                inner.Set(range.Key, key, declares: true);
            if (range.Item is not null)
                inner.Set(range.Item, item, declares: true);
            Run(range.Body, inner, text);
        }

        if (items.Count == 0)
            Run(range.Else, scope.Inner(scope.Dot), text);
    }

    private object? Value(Expression expression, Scope scope) => expression switch
    {
        Literal literal => literal.Value,
        DotFields fields => Field(scope.Dot, fields.Names),
        VariableFields fields => Field(scope.Get(fields.Variable), fields.Names),
        Fields fields => Field(Value(fields.Of, scope), fields.Names),
        Call { Function: "include", Arguments: [var name, var dot] } => Include((string)Value(name, scope)!, Value(dot, scope)),
        Call { Function: "and", Arguments: var arguments } => arguments.Select(one => Value(one, scope)).FirstOrLast(value => !TemplateFunctions.IsTrue(value)),
        Call { Function: "or", Arguments: var arguments } => arguments.Select(one => Value(one, scope)).FirstOrLast(TemplateFunctions.IsTrue),
        Call call => TemplateFunctions.Call(call.Function, [.. call.Arguments.Select(argument => Value(argument, scope))]),
        _ => throw new TemplateException($"{expression.GetType()} has no value"),
    };

    private string Include(string name, object? dot)
    {
        if (!_named.TryGetValue(name, out var body))
            throw new TemplateException($"no template defines {name}");
        if (++_depth > 50)
            throw new TemplateException($"{name} includes itself");
        try
        {
            return Render(body, dot);
        }
        catch (TemplateException fault)
        {
            throw new TemplateException($"in {name}, {fault.Message}");
        }
        finally
        {
            _depth--;
        }
    }

    private static object? Field(object? value, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            value = value is SortedDictionary<string, object?> map && map.TryGetValue(name, out var inner)
                ? inner
                : throw new TemplateException($"there is no .{name} (of .{string.Join('.', names)})");
        }

        return value;
    }

    /// <summary>The dot and the variables of a stretch, and of those around it.</summary>
    private sealed class Scope(object? dot, Dictionary<string, object?> variables, Scope? outer = null)
    {
        public object? Dot { get; } = dot;

        public Scope Inner(object? innerDot) => new(innerDot, [], this);

        public object? Get(string name) => variables.TryGetValue(name, out var value) ? value
            : outer is not null ? outer.Get(name) : throw new TemplateException($"there is no variable ${name}");

        public void Set(string name, object? value, bool declares)
        {
            if (declares || variables.ContainsKey(name))
                variables[name] = value;
            else if (outer is not null)
                outer.Set(name, value, declares: false);
            else
                throw new TemplateException($"${name} is not declared");
        }
    }
}

file static class Sequences
{
    /// <summary>The first that is so; if none is, the last. What comes after is not looked at.</summary>
    public static object? FirstOrLast(this IEnumerable<object?> values, Func<object?, bool> isSo)
    {
        object? last = null;
        foreach (var value in values)
        {
            last = value;
            if (isSo(value))
                break;
        }

        return last;
    }
}

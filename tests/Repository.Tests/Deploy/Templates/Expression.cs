namespace ClipOrleans.Repository.Tests.Deploy.Templates;

/// <summary>What yields a value.</summary>
internal abstract record Expression;

internal sealed record Literal(object? Value) : Expression;

/// <summary><c>.a.b</c>: fields of the dot; no names: the dot itself.</summary>
internal sealed record DotFields(IReadOnlyList<string> Names) : Expression;

/// <summary><c>$x.a</c>; the name is empty for <c>$</c>.</summary>
internal sealed record VariableFields(string Variable, IReadOnlyList<string> Names) : Expression;

/// <summary><c>(…).a</c>.</summary>
internal sealed record Fields(Expression Of, IReadOnlyList<string> Names) : Expression;

/// <summary>A function and its arguments; in a pipeline the value from the left is the last of them.</summary>
internal sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression;

/// <summary>Part of a template.</summary>
internal abstract record Node(int Line);

internal sealed record TextNode(int Line, string Text) : Node(Line);

internal sealed record OutputNode(int Line, Expression Value) : Node(Line);

internal sealed record AssignNode(int Line, string Variable, bool Declares, Expression Value) : Node(Line);

/// <summary><c>if</c>: the first branch whose condition is true; null is <c>else</c>.</summary>
internal sealed record IfNode(int Line, IReadOnlyList<(Expression? Condition, IReadOnlyList<Node> Body)> Branches) : Node(Line);

internal sealed record WithNode(int Line, string? Variable, Expression Value, IReadOnlyList<Node> Body, IReadOnlyList<Node> Else) : Node(Line);

internal sealed record RangeNode(int Line, string? Key, string? Item, Expression Over, IReadOnlyList<Node> Body, IReadOnlyList<Node> Else) : Node(Line);

internal sealed record DefineNode(int Line, string Name, IReadOnlyList<Node> Body) : Node(Line);

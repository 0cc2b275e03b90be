using System.Text.Json;

namespace ClipOrleans.Vectors.Filters;

/// <summary>The logical level of the grammar: objects of fields, <c>$and $or $not</c>. Fields go to <see cref="ConditionReader"/>.</summary>
internal sealed class FilterReader
{
    /// <summary>Names listed back to a caller who used an undeclared one.</summary>
    private const int MaxNamesListed = 50;

    private const string LogicalOperators = "$and, $or, $not";

    private readonly FieldSchema _schema;
    private readonly ConditionReader _conditions;

    public FilterReader(FieldSchema schema)
    {
        _schema = schema;
        _conditions = new ConditionReader(Faults);
    }

    public FaultList Faults { get; } = new();

    /// <returns>The filter, or null after a fault was noted.</returns>
    public Filter? ReadFilter(JsonElement json, string pointer, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Faults.Malformed(pointer, "A filter is a JSON object such as {\"colour\": \"Red\"}.");
            return null;
        }

        if (depth > FilterParser.MaxDepth)
        {
            Faults.Malformed(pointer, $"The filter is nested deeper than {FilterParser.MaxDepth} levels.");
            return null;
        }

        var parts = new List<Filter>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (Faults.IsFull || _conditions.IsOverLimit)
                return null;
            if (MemberName.Read(member, names, pointer, Faults) is { } name && ReadMember(name, member.Value, JsonPointer.Child(pointer, name), depth) is { } part)
                parts.Add(part);
        }

        return Conjunction(parts);
    }

    public static Filter Conjunction(List<Filter> parts) => parts.Count switch
    {
        0 => MatchAllFilter.Instance,
        1 => parts[0],
        _ => new AndFilter(parts),
    };

    private Filter? ReadMember(string name, JsonElement value, string pointer, int depth)
    {
        switch (name)
        {
            case "$and":
                return ReadList(value, pointer, depth) is { } all ? new AndFilter(all) : null;
            case "$or":
                return ReadList(value, pointer, depth) is { } any ? new OrFilter(any) : null;
            case "$not":
                return ReadFilter(value, pointer, depth + 1) is { } part ? new NotFilter(part) : null;
        }

        if (name.StartsWith('$'))
        {
            Faults.Malformed(pointer, ConditionReader.IsOperator(name)
                ? $"{name} stands inside a field, as in {{\"field\": {{\"{name}\": …}}}}."
                : $"Unknown operator '{JsonPointer.Shorten(name)}'. Beside fields stand {LogicalOperators}; inside a field {ConditionReader.Operators}.");
            return null;
        }

        if (_schema.TryGet(name, out _, out var field))
            return _conditions.ReadCondition(field, value, pointer, depth);
        Faults.Impossible(pointer, $"Field '{JsonPointer.Shorten(name)}' is not declared. {DeclaredFields()}");
        return null;
    }

    private List<Filter>? ReadList(JsonElement json, string pointer, int depth)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() == 0)
        {
            Faults.Malformed(pointer, "This takes an array of at least one filter object.");
            return null;
        }

        var parts = new List<Filter>();
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (Faults.IsFull || !_conditions.CountElement(pointer))
                return null;
            if (ReadFilter(item, JsonPointer.Child(pointer, index++), depth + 1) is { } part)
                parts.Add(part);
        }

        return parts;
    }

    private string DeclaredFields()
    {
        if (_schema.Count == 0)
            return "This index declares no fields.";
        var names = string.Join(", ", _schema.Fields.Take(MaxNamesListed).Select(field => $"{field.Name} ({FieldTypes.ToName(field.Type)})"));
        return _schema.Count > MaxNamesListed ? $"Declared are {names} and {_schema.Count - MaxNamesListed} more." : $"Declared are {names}.";
    }
}

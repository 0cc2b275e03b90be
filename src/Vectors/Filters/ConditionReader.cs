using System.Text.Json;

namespace ClipOrleans.Vectors.Filters;

/// <summary>What stands at a field: a bare value, or an object of operators that all hold.</summary>
internal sealed class ConditionReader(FaultList faults)
{
    public const string Operators = "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $all, $near, $not";

    /// <summary>Elements of all $and and $or lists together: empty filters carry no value to count, but cost all the same.</summary>
    private const int MaxElements = 4 * FilterParser.MaxLeafValues;

    private int _leaves;
    private int _elements;

    public bool IsOverLimit { get; private set; }

    public static bool IsOperator(string name) =>
        name is "$eq" or "$ne" or "$gt" or "$gte" or "$lt" or "$lte" or "$in" or "$nin" or "$exists" or "$all" or "$near";

    /// <returns>False once the filter is too large to go on; the fault is noted once.</returns>
    public bool CountElement(string pointer) => Count(++_elements <= MaxElements, pointer, $"The filter has more than {MaxElements} parts.");

    /// <returns>The condition, or null after a fault was noted.</returns>
    public Filter? ReadCondition(FieldDefinition field, JsonElement json, string pointer, int depth)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                return ReadOperators(field, json, pointer, depth);
            case JsonValueKind.Array:
                faults.Impossible(pointer, $"Field '{field.Name}' is compared with one value here; for one of several write {{\"$in\": […]}}.");
                return null;
            case JsonValueKind.Null:
                faults.Impossible(pointer, $"Field '{field.Name}' cannot equal null; for documents without it write {{\"$exists\": false}}.");
                return null;
            default:
                return ReadEquals(field, json, pointer);
        }
    }

    private Filter? ReadOperators(FieldDefinition field, JsonElement json, string pointer, int depth)
    {
        var parts = new List<Filter>();
        RangeFilter? range = null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (faults.IsFull || IsOverLimit)
                return null;
            if (MemberName.Read(member, names, pointer, faults) is not { } name)
                continue;
            var part = ReadOperator(field, name, member.Value, JsonPointer.Child(pointer, name), depth);
            // The bounds of one object are one interval: two half-open ones would each select half the index.
            if (part is RangeFilter bound)
                range = range is null ? bound : new RangeFilter(field.Name, Math.Max(range.MinKey, bound.MinKey), Math.Min(range.MaxKey, bound.MaxKey));
            else if (part is not null)
                parts.Add(part);
        }

        if (names.Count == 0)
        {
            faults.Malformed(pointer, $"An object here holds operators ({Operators}); it is empty.");
            return null;
        }

        if (range is not null)
            parts.Add(range);
        return FilterReader.Conjunction(parts);
    }

    private Filter? ReadOperator(FieldDefinition field, string name, JsonElement value, string pointer, int depth)
    {
        switch (name)
        {
            case "$eq":
                return ReadEquals(field, value, pointer);
            case "$ne":
                return ReadEquals(field, value, pointer) is { } equal ? new NotFilter(equal) : null;
            case "$in":
                return ReadValues(field, value, pointer) is { } any ? new InFilter(field.Name, any) : null;
            case "$nin":
                return ReadValues(field, value, pointer) is { } none ? new NotFilter(new InFilter(field.Name, none)) : null;
            case "$all":
                return ReadAll(field, value, pointer);
            case "$gt" or "$gte" or "$lt" or "$lte":
                return ReadBound(field, name, value, pointer);
            case "$exists":
                return ReadExists(field, value, pointer);
            case "$near":
                return ReadNear(field, value, pointer);
            case "$not":
                return ReadNot(field, value, pointer, depth + 1);
            default:
                faults.Malformed(pointer, name is "$and" or "$or"
                    ? $"{name} stands beside fields, as in {{\"{name}\": [{{\"field\": …}}, …]}}."
                    : $"Unknown operator '{JsonPointer.Shorten(name)}'. Inside a field stand {Operators}.");
                return null;
        }
    }

    private EqualsFilter? ReadEquals(FieldDefinition field, JsonElement json, string pointer) =>
        CanCompare(field, pointer) && ReadValue(field, json, pointer, out var value) ? new EqualsFilter(field.Name, value) : null;

    private bool CanCompare(FieldDefinition field, string pointer)
    {
        if (field.Type != FieldType.Geo)
            return true;
        faults.Impossible(pointer, $"Field '{field.Name}' is geo: it knows $near and $exists.");
        return false;
    }

    private bool ReadValue(FieldDefinition field, JsonElement json, string pointer, out FieldValue value)
    {
        value = default;
        if (!CountLeaf(pointer))
            return false;
        if (JsonScalars.Read(json, field.Type, out value) is not { } expected)
            return true;
        if (json.ValueKind == JsonValueKind.String && !JsonScalars.TryText(json, out _))
            faults.Malformed(pointer, "The string is not valid Unicode.");
        else
            faults.Impossible(pointer, $"Field '{field.Name}' is {FieldTypes.ToName(field.Type)}: the value is {expected}.");
        return false;
    }

    private List<FieldValue>? ReadValues(FieldDefinition field, JsonElement json, string pointer)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            faults.Malformed(pointer, "This operator takes an array of values.");
            return null;
        }

        if (!CanCompare(field, pointer))
            return null;
        var values = new List<FieldValue>();
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (faults.IsFull || IsOverLimit)
                return null;
            if (ReadValue(field, item, JsonPointer.Child(pointer, index++), out var value))
                values.Add(value);
        }

        return values;
    }

    private ContainsAllFilter? ReadAll(FieldDefinition field, JsonElement json, string pointer)
    {
        if (field.Type != FieldType.KeywordList)
        {
            faults.Impossible(pointer, $"$all is for keyword[] fields; '{field.Name}' is {FieldTypes.ToName(field.Type)}.");
            return null;
        }

        if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 0)
        {
            faults.Malformed(pointer, "$all takes at least one value.");
            return null;
        }

        return ReadValues(field, json, pointer) is { } values ? new ContainsAllFilter(field.Name, values) : null;
    }

    private RangeFilter? ReadBound(FieldDefinition field, string name, JsonElement json, string pointer)
    {
        if (field.Type is not (FieldType.Number or FieldType.DateTime))
        {
            faults.Impossible(pointer, $"{name} is for number and datetime fields; '{field.Name}' is {FieldTypes.ToName(field.Type)}.");
            return null;
        }

        if (!ReadValue(field, json, pointer, out var value))
            return null;
        return name switch
        {
            "$gt" => new RangeFilter(field.Name, value.Key + 1, long.MaxValue),
            "$gte" => new RangeFilter(field.Name, value.Key, long.MaxValue),
            "$lt" => new RangeFilter(field.Name, long.MinValue, value.Key - 1),
            _ => new RangeFilter(field.Name, long.MinValue, value.Key),
        };
    }

    private Filter? ReadExists(FieldDefinition field, JsonElement json, string pointer)
    {
        if (!CountLeaf(pointer))
            return null;
        if (json.ValueKind == JsonValueKind.True)
            return new ExistsFilter(field.Name);
        if (json.ValueKind == JsonValueKind.False)
            return new NotFilter(new ExistsFilter(field.Name));
        faults.Malformed(pointer, "$exists takes true or false.");
        return null;
    }

    private NotFilter? ReadNot(FieldDefinition field, JsonElement json, string pointer, int depth)
    {
        if (depth > FilterParser.MaxDepth)
        {
            faults.Malformed(pointer, $"The filter is nested deeper than {FilterParser.MaxDepth} levels.");
            return null;
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Malformed(pointer, "$not takes an object of operators; for another value write $ne.");
            return null;
        }

        return ReadOperators(field, json, pointer, depth) is { } part ? new NotFilter(part) : null;
    }

    private NearFilter? ReadNear(FieldDefinition field, JsonElement json, string pointer)
    {
        if (field.Type != FieldType.Geo)
        {
            faults.Impossible(pointer, $"$near is for geo fields; '{field.Name}' is {FieldTypes.ToName(field.Type)}.");
            return null;
        }

        if (!CountLeaf(pointer))
            return null;
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Malformed(pointer, "$near takes {\"lat\": …, \"lon\": …, \"meters\": …}.");
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        double? latitude = null, longitude = null, meters = null;
        foreach (var member in json.EnumerateObject())
        {
            if (faults.IsFull)
                return null;
            if (MemberName.Read(member, names, pointer, faults) is not { } name)
                continue;
            var child = JsonPointer.Child(pointer, name);
            if (name == "lat")
                latitude = ReadWithin(member.Value, child, -90, 90);
            else if (name == "lon")
                longitude = ReadWithin(member.Value, child, -180, 180);
            else if (name == "meters")
                meters = ReadWithin(member.Value, child, 0, double.MaxValue);
            else
                faults.Malformed(child, "$near knows lat, lon and meters.");
        }

        foreach (var name in (string[])["lat", "lon", "meters"])
        {
            if (!names.Contains(name))
                faults.Malformed(pointer, $"$near lacks {name}.");
        }

        return latitude is { } lat && longitude is { } lon && meters is { } radius ? new NearFilter(field.Name, new GeoPoint(lat, lon), radius) : null;
    }

    private double? ReadWithin(JsonElement json, string pointer, double min, double max)
    {
        if (JsonScalars.TryNumber(json, out var number) && number >= min && number <= max)
            return number;
        faults.Impossible(pointer, max == double.MaxValue ? "A number of metres, not negative." : $"A number of degrees from {min} to {max}.");
        return null;
    }

    private bool CountLeaf(string pointer) =>
        Count(++_leaves <= FilterParser.MaxLeafValues, pointer, $"The filter compares with more than {FilterParser.MaxLeafValues} values.");

    private bool Count(bool within, string pointer, string message)
    {
        if (within)
            return true;
        if (!IsOverLimit)
            faults.Malformed(pointer, message);
        IsOverLimit = true;
        return false;
    }
}

using System.Globalization;
using System.Text.Json;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Tests;

/// <summary>
/// What a filter means, written down a second time and as plainly as possible: one JSON filter against one JSON
/// document, sharing no code with the parser, the indexes or the date reader.
/// </summary>
internal static class NaiveModel
{
    public static bool Matches(JsonElement filter, JsonElement document, FieldSchema schema) =>
        filter.EnumerateObject().All(member => member.Name switch
        {
            "$and" => member.Value.EnumerateArray().All(part => Matches(part, document, schema)),
            "$or" => member.Value.EnumerateArray().Any(part => Matches(part, document, schema)),
            "$not" => !Matches(member.Value, document, schema),
            var name => FieldMatches(member.Value, Member(document, name), TypeOf(schema, name)),
        });

    /// <summary>Texts of the values that a document has in a field: none when it lacks it.</summary>
    public static IEnumerable<string> FacetValues(JsonElement document, string field, FieldType type)
    {
        if (Member(document, field) is not { } value)
            return [];
        return type switch
        {
            FieldType.Keyword => [value.GetString()!],
            FieldType.KeywordList => value.EnumerateArray().Select(item => item.GetString()!).Distinct(),
            FieldType.Boolean => [value.GetBoolean() ? "true" : "false"],
            FieldType.Number => [(value.GetDouble() + 0.0).ToString(CultureInfo.InvariantCulture)],
            FieldType.DateTime => [Instant(value).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture)],
            _ => throw new InvalidOperationException("Places have no facets."),
        };
    }

    private static bool FieldMatches(JsonElement condition, JsonElement? value, FieldType type)
    {
        if (condition.ValueKind != JsonValueKind.Object)
            return Equal(value, condition, type);
        return condition.EnumerateObject().All(member => OperatorMatches(member.Name, member.Value, value, type));
    }

    private static bool OperatorMatches(string name, JsonElement operand, JsonElement? value, FieldType type) => name switch
    {
        "$eq" => Equal(value, operand, type),
        "$ne" => !Equal(value, operand, type),
        "$gt" => value is { } v && Compare(v, operand, type) > 0,
        "$gte" => value is { } v && Compare(v, operand, type) >= 0,
        "$lt" => value is { } v && Compare(v, operand, type) < 0,
        "$lte" => value is { } v && Compare(v, operand, type) <= 0,
        "$in" => operand.EnumerateArray().Any(one => Equal(value, one, type)),
        "$nin" => !operand.EnumerateArray().Any(one => Equal(value, one, type)),
        "$all" => operand.EnumerateArray().All(one => Equal(value, one, type)),
        "$exists" => value is not null == operand.GetBoolean(),
        "$near" => value is { } v && Meters(v, operand) <= operand.GetProperty("meters").GetDouble(),
        "$not" => !FieldMatches(operand, value, type),
        _ => throw new InvalidOperationException($"The generator made an unknown operator {name}."),
    };

    private static bool Equal(JsonElement? value, JsonElement operand, FieldType type)
    {
        if (value is not { } v)
            return false;
        return type == FieldType.KeywordList
            ? v.EnumerateArray().Any(item => item.GetString() == operand.GetString())
            : Compare(v, operand, type) == 0;
    }

    private static int Compare(JsonElement value, JsonElement operand, FieldType type) => type switch
    {
        FieldType.Keyword => string.CompareOrdinal(value.GetString(), operand.GetString()),
        FieldType.Number => value.GetDouble() < operand.GetDouble() ? -1 : value.GetDouble() > operand.GetDouble() ? 1 : 0,
        FieldType.Boolean => value.GetBoolean().CompareTo(operand.GetBoolean()),
        FieldType.DateTime => Instant(value).CompareTo(Instant(operand)),
        _ => throw new InvalidOperationException($"The generator compared a {type}."),
    };

    private static DateTimeOffset Instant(JsonElement json) =>
        DateTimeOffset.Parse(json.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>The angle between two unit vectors: another formula than the product's.</summary>
    private static double Meters(JsonElement a, JsonElement b)
    {
        var (x1, y1, z1) = Unit(a);
        var (x2, y2, z2) = Unit(b);
        var cross = Math.Sqrt(Math.Pow((y1 * z2) - (z1 * y2), 2) + Math.Pow((z1 * x2) - (x1 * z2), 2) + Math.Pow((x1 * y2) - (y1 * x2), 2));
        return 6_371_008.8 * Math.Atan2(cross, (x1 * x2) + (y1 * y2) + (z1 * z2));
    }

    private static (double X, double Y, double Z) Unit(JsonElement point)
    {
        var latitude = point.GetProperty("lat").GetDouble() * Math.PI / 180;
        var longitude = point.GetProperty("lon").GetDouble() * Math.PI / 180;
        return (Math.Cos(latitude) * Math.Cos(longitude), Math.Cos(latitude) * Math.Sin(longitude), Math.Sin(latitude));
    }

    private static JsonElement? Member(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static FieldType TypeOf(FieldSchema schema, string name) =>
        schema.TryGet(name, out _, out var field) ? field.Type : throw new InvalidOperationException($"The generator made an unknown field {name}.");
}

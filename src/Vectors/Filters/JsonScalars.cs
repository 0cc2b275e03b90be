using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ClipOrleans.Vectors.Filters;

/// <summary>Reads typed scalars from JSON, the one way for filters and for metadata.</summary>
internal static class JsonScalars
{
    /// <summary>False for text that is not Unicode: broken UTF-8, or an escape of half a surrogate pair.</summary>
    public static bool TryText(JsonElement json, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = json.GetString();
            return text is not null;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    /// <inheritdoc cref="TryText"/>
    public static bool TryName(JsonProperty member, [NotNullWhen(true)] out string? name)
    {
        try
        {
            name = member.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = null;
            return false;
        }
    }

    /// <summary>A finite double: 1e400 is a JSON number, but none that can be compared.</summary>
    public static bool TryNumber(JsonElement json, out double number)
    {
        number = 0;
        return json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out number) && double.IsFinite(number);
    }

    /// <summary>A scalar of this type; a list's type stands for one element of it.</summary>
    /// <returns>Null, or what a value of this type looks like.</returns>
    public static string? Read(JsonElement json, FieldType type, out FieldValue value)
    {
        value = default;
        switch (type)
        {
            case FieldType.Keyword or FieldType.KeywordList:
                if (json.ValueKind != JsonValueKind.String || !TryText(json, out var keyword))
                    return "a string of valid Unicode";
                value = FieldValue.OfKeyword(keyword);
                return null;
            case FieldType.Number:
                if (!TryNumber(json, out var number))
                    return "a finite number";
                value = FieldValue.OfNumber(number);
                return null;
            case FieldType.Boolean:
                if (json.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                    return "true or false";
                value = FieldValue.OfBoolean(json.ValueKind == JsonValueKind.True);
                return null;
            case FieldType.DateTime:
                if (json.ValueKind != JsonValueKind.String || !TryText(json, out var text) || !InstantText.TryParse(text, out var ticks))
                    return "an RFC 3339 string such as \"2026-03-01T12:00:00Z\" or \"2026-03-01\"";
                value = FieldValue.OfTicks(ticks);
                return null;
            default:
                return "an object {\"lat\": …, \"lon\": …}";
        }
    }

    /// <summary>A point <c>{"lat": −90…90, "lon": −180…180}</c> with exactly these members, in any order.</summary>
    public static bool TryPoint(JsonElement json, out GeoPoint point)
    {
        point = default;
        if (json.ValueKind != JsonValueKind.Object)
            return false;
        double? latitude = null, longitude = null;
        foreach (var member in json.EnumerateObject())
        {
            if (member.NameEquals("lat"u8) && latitude is null && TryNumber(member.Value, out var lat))
                latitude = lat;
            else if (member.NameEquals("lon"u8) && longitude is null && TryNumber(member.Value, out var lon))
                longitude = lon;
            else
                return false;
        }

        if (latitude is not { } y || longitude is not { } x || !IsOnEarth(y, x))
            return false;
        point = new GeoPoint(y, x);
        return true;
    }

    public static bool IsOnEarth(double latitude, double longitude) => latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180;
}

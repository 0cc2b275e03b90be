using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Cli.Indexes;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Import.Mapping;

/// <summary>Turns the text of a cell into what the declared field holds.</summary>
internal static class FieldValue
{
    private static readonly string[] True = ["true", "yes", "1"];
    private static readonly string[] False = ["false", "no", "0"];

    /// <param name="text">The cell; not empty.</param>
    /// <param name="type">The declared type; null keeps the text.</param>
    /// <param name="separator">Stands between the values of a list.</param>
    /// <exception cref="FormatException">The text is nothing of that type; the message says what would be.</exception>
    public static JsonNode Convert(string text, FieldType? type, string separator) => type switch
    {
        FieldType.Number => Number(text),
        FieldType.Boolean => Boolean(text.Trim()),
        FieldType.DateTime => Moment(text),
        FieldType.Keywords => Keywords(text, separator),
        FieldType.Geo => Place(text),
        _ => JsonValue.Create(text),
    };

    private static JsonValue Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? JsonValue.Create(number)
        : throw Wrong(text, FieldType.Number, "digits with a point, such as 12.5");

    private static JsonValue Boolean(string text) =>
        True.Contains(text, StringComparer.OrdinalIgnoreCase) ? JsonValue.Create(true)
        : False.Contains(text, StringComparer.OrdinalIgnoreCase) ? JsonValue.Create(false)
        : throw Wrong(text, FieldType.Boolean, "true, false, yes, no, 1 or 0");

    /// <summary>ISO 8601; a time without a zone is taken as UTC, so that an import means the same on every machine.</summary>
    private static JsonValue Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out var moment)
            ? JsonValue.Create(moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture))
            : throw Wrong(text, FieldType.DateTime, "ISO 8601, such as 2026-05-01T12:00:00Z");

    private static JsonArray Keywords(string text, string separator)
    {
        if (text.StartsWith('['))
            return JsonList(text) ?? throw Wrong(text, FieldType.Keywords, "a JSON array of strings, or values with the list separator between them");
        return new JsonArray([.. text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one => JsonValue.Create(one))]);
    }

    private static JsonArray? JsonList(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonArray list && list.All(one => one?.GetValueKind() == JsonValueKind.String) ? list : null;
        }
        catch (JsonException)
        {
            return null; // The caller says what a list looks like.
        }
    }

    private static JsonObject Place(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length == 2
            && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var lat)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var lon)
            ? new JsonObject { ["lat"] = lat, ["lon"] = lon }
            : throw Wrong(text, FieldType.Geo, "latitude and longitude, such as 52.5,13.4");
    }

    private static FormatException Wrong(string text, FieldType type, string right)
    {
        var shown = text.Length > 60 ? text[..60] + "…" : text;
        return new FormatException($"\"{shown}\" is no {FieldOption.NameOf(type)}: write {right}.");
    }
}

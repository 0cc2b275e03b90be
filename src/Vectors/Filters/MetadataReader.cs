using System.Text.Json;

namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// Takes the declared fields out of a document's metadata. A field is a top-level member of its exact name;
/// null means absent; members that are not declared are allowed and ignored.
/// Values: keyword a string, number a finite number, boolean, datetime an RFC 3339 string, keyword[] an array of
/// strings, geo <c>{"lat", "lon"}</c> in degrees.
/// </summary>
public static class MetadataReader
{
    public static bool TryRead(JsonElement metadata, FieldSchema schema, out FieldValues values, out IReadOnlyList<InputFault> faults)
    {
        ArgumentNullException.ThrowIfNull(schema);
        values = FieldValues.Empty;
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            faults = [new InputFault(InputFaultKind.Malformed, "", "Metadata is a JSON object.")];
            return false;
        }

        var list = new FaultList();
        var entries = new List<FieldEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in metadata.EnumerateObject())
        {
            if (list.IsFull)
                break;
            if (MemberName.Read(member, names, pointer: "", list) is not { } name || !schema.TryGet(name, out var ordinal, out var field))
                continue;
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (ReadEntry(member.Value, ordinal, field.Type, out var entry) is { } fault)
                Report(list, member.Value, field, fault);
            else
                entries.Add(entry);
        }

        faults = list.ToReadOnly();
        if (!list.IsEmpty)
            return false;
        values = entries.Count == 0 ? FieldValues.Empty : new FieldValues(schema, entries);
        return true;
    }

    /// <summary>
    /// For replay and back-fill, where nobody is left to be told: members of the wrong type, and bytes that are no JSON
    /// object, count as absent. Of a name that occurs twice the last counts.
    /// </summary>
    public static FieldValues ReadLenient(ReadOnlyMemory<byte> utf8, FieldSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (schema.Count == 0 || utf8.IsEmpty)
            return FieldValues.Empty;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8);
        }
        catch (JsonException)
        {
            return FieldValues.Empty;
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return FieldValues.Empty;
            var found = new FieldEntry?[schema.Count];
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (JsonScalars.TryName(member, out var name) && schema.TryGet(name, out var ordinal, out var field))
                    found[ordinal] = ReadEntry(member.Value, ordinal, field.Type, out var entry) is null ? entry : null;
            }

            FieldEntry[] entries = [.. found.Where(entry => entry is not null).Select(entry => entry!.Value)];
            return entries.Length == 0 ? FieldValues.Empty : new FieldValues(schema, entries);
        }
    }

    /// <returns>Null, or where inside the value the fault is and what would be right.</returns>
    private static (string Pointer, JsonElement Value, string Expected)? ReadEntry(JsonElement json, int ordinal, FieldType type, out FieldEntry entry)
    {
        entry = default;
        switch (type)
        {
            case FieldType.Geo:
                if (!JsonScalars.TryPoint(json, out var point))
                    return ("", json, "an object {\"lat\": -90 to 90, \"lon\": -180 to 180}");
                entry = new FieldEntry(ordinal, default, null, point);
                return null;
            case FieldType.KeywordList:
                return ReadList(json, ordinal, out entry);
            default:
                if (JsonScalars.Read(json, type, out var value) is { } expected)
                    return ("", json, expected);
                entry = new FieldEntry(ordinal, value, null, default);
                return null;
        }
    }

    private static (string Pointer, JsonElement Value, string Expected)? ReadList(JsonElement json, int ordinal, out FieldEntry entry)
    {
        entry = default;
        if (json.ValueKind != JsonValueKind.Array)
            return ("", json, "an array of strings");
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (JsonScalars.Read(item, FieldType.KeywordList, out var value) is { } expected)
                return (JsonPointer.Child("", index), item, expected);
            distinct.Add(value.Text!);
            index++;
        }

        entry = new FieldEntry(ordinal, default, [.. distinct], default);
        return null;
    }

    private static void Report(FaultList list, JsonElement value, FieldDefinition field, (string Pointer, JsonElement Value, string Expected) fault)
    {
        var pointer = JsonPointer.Child("", field.Name) + fault.Pointer;
        if (fault.Value.ValueKind == JsonValueKind.String && !JsonScalars.TryText(fault.Value, out _))
            list.Malformed(pointer, "The string is not valid Unicode.");
        else
            list.Impossible(pointer, $"Field '{field.Name}' is {FieldTypes.ToName(field.Type)}: the value is {fault.Expected}, not {Kind(fault.Value)}.");
    }

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "this object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "this string",
        JsonValueKind.Number => "this number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}

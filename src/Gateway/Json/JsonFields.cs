using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Json;

/// <summary>
/// Reads the members of one JSON object by name and notes every fault with its pointer: members that are not known,
/// values of the wrong type, values out of range. A member that is null counts as absent. Every getter returns null
/// for what is absent or at fault.
/// </summary>
internal readonly struct JsonFields
{
    private readonly JsonElement _object;
    private readonly string _pointer;
    private readonly Faults _faults;

    private JsonFields(JsonElement element, string pointer, Faults faults)
    {
        _object = element;
        _pointer = pointer;
        _faults = faults;
        IsObject = element.ValueKind == JsonValueKind.Object;
    }

    public bool IsObject { get; }

    /// <param name="element">What should be an object.</param>
    /// <param name="pointer">Where it stands in the request.</param>
    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="known">The names of all members that are known here.</param>
    public static JsonFields Open(JsonElement element, string pointer, Faults faults, IReadOnlyList<string> known)
    {
        var fields = new JsonFields(element, pointer, faults);
        if (!fields.IsObject)
        {
            faults.Malformed(pointer, $"This must be a JSON object, not {KindOf(element)}.");
            return fields;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                faults.Add(Slugs.UnknownMember, Pointer.Child(pointer, member.Name), $"There is no member of this name; known are {string.Join(", ", known)}.");
        }

        return fields;
    }

    public string At(string name) => Pointer.Child(_pointer, name);

    public void Fault(string name, string message, string slug = Slugs.MalformedRequest) => _faults.Add(slug, At(name), message);

    /// <summary>The member, whatever its type; null when it is absent or JSON null.</summary>
    public JsonElement? Any(string name) =>
        IsObject && _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public bool Has(string name) => Any(name) is not null;

    public JsonElement? Object(string name) => Typed(name, JsonValueKind.Object, "a JSON object");

    public JsonElement? Array(string name) => Typed(name, JsonValueKind.Array, "an array");

    public JsonElement? String(string name) => Typed(name, JsonValueKind.String, "a string");

    /// <param name="name">The member.</param>
    /// <param name="min">Fewest characters.</param>
    /// <param name="max">Most characters (UTF-16 code units).</param>
    public string? Text(string name, int min, int max)
    {
        if (String(name) is not { } value)
            return null;
        var text = value.GetString()!;
        if (text.Length >= min && text.Length <= max)
            return text;
        Fault(name, string.Create(CultureInfo.InvariantCulture, $"The text must have {min} to {max} characters; it has {text.Length}."));
        return null;
    }

    public int? Integer(string name, int min, int max)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max)
            return number;
        Fault(name, string.Create(CultureInfo.InvariantCulture, $"This must be a whole number from {min} to {max}, not {Show(value)}."));
        return null;
    }

    public long? Long(string name, long min, long max)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max)
            return number;
        Fault(name, string.Create(CultureInfo.InvariantCulture, $"This must be a whole number from {min} to {max}, not {Show(value)}."));
        return null;
    }

    public double? Number(string name, double min, double max)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max)
            return number;
        Fault(name, string.Create(CultureInfo.InvariantCulture, $"This must be a number from {min} to {max}, not {Show(value)}."));
        return null;
    }

    public bool? Flag(string name)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fault(name, $"This must be true or false, not {Show(value)}.");
        return null;
    }

    /// <summary>One of a few words.</summary>
    public string? Word(string name, params ReadOnlySpan<string> words)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && words.Contains(text))
            return text;
        Fault(name, $"This must be one of {string.Join(", ", words!)}, not {Show(value)}.");
        return null;
    }

    /// <summary>An array of strings, each of which passes the check; null when it is absent or any of it is at fault.</summary>
    public IReadOnlyList<string>? Texts(string name, int maxCount, Func<string, string?> check, string slug = Slugs.MalformedRequest)
    {
        if (Array(name) is not { } array)
            return null;
        if (array.GetArrayLength() > maxCount)
        {
            Fault(name, string.Create(CultureInfo.InvariantCulture, $"At most {maxCount} are allowed; these are {array.GetArrayLength()}."));
            return null;
        }

        var before = _faults.Count;
        var texts = new List<string>(array.GetArrayLength());
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var problem = item.ValueKind == JsonValueKind.String ? check(item.GetString()!) : $"This must be a string, not {KindOf(item)}.";
            if (problem is null)
                texts.Add(item.GetString()!);
            else
                _faults.Add(slug, Pointer.Child(At(name), index), problem);
            index++;
        }

        return _faults.Count == before ? texts : null;
    }

    public static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private JsonElement? Typed(string name, JsonValueKind kind, string wanted)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind == kind)
            return value;
        Fault(name, $"This must be {wanted}, not {KindOf(value)}.");
        return null;
    }

    private static string Show(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? Pointer.Quote(value.GetRawText())
        : value.ValueKind == JsonValueKind.String ? $"\"{Pointer.Quote(value.GetString()!)}\""
        : KindOf(value);
}

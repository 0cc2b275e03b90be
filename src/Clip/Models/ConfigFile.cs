using System.Text.Json;

namespace ClipOrleans.Clip.Models;

/// <summary>One of the JSON files of an export, read leniently: members that are absent or of another type are null.</summary>
internal sealed class ConfigFile : IDisposable
{
    private readonly JsonDocument _json;

    private ConfigFile(string path, JsonDocument json) => (Path, _json) = (path, json);

    public string Path { get; }

    public static ConfigFile Required(string folder, string name, string what) =>
        Optional(folder, name)
        ?? throw new ModelException(ModelFault.FileMissing, folder, $"{folder} has no {name} ({what}).");

    public static ConfigFile? Optional(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return new ConfigFile(path, json);
            json.Dispose();
            throw new ModelException(ModelFault.FileInvalid, path, $"{path} is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new ModelException(ModelFault.FileInvalid, path, $"{path} is not valid JSON: {e.Message}", e);
        }
    }

    public string? Text(params ReadOnlySpan<string> names) => Find(names) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A whole number; other numbers (a tokenizer's "no limit" of 1e30) count as absent.</summary>
    public int? Number(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    public double? Real(params ReadOnlySpan<string> names) => Find(names) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    public bool? Flag(params ReadOnlySpan<string> names) => Find(names)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public IReadOnlyList<float>? Reals(string name)
    {
        if (Find([name]) is not { ValueKind: JsonValueKind.Array } list || list.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.Number))
            return null;
        return list.EnumerateArray().Select(e => e.GetSingle()).ToList();
    }

    public void Dispose() => _json.Dispose();

    private JsonElement? Find(ReadOnlySpan<string> names)
    {
        var value = _json.RootElement;
        foreach (var name in names)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                return null;
        }

        return value;
    }
}

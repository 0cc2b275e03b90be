using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClipOrleans.Storage.Writing;

/// <summary>JSON Merge Patch, RFC 7396, on UTF-8. Values that a patch does not touch keep their bytes (numbers their digits).</summary>
internal static class MetadataMerge
{
    // Stored JSON is data, not HTML: what is readable stays readable.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Apply(JsonElement target, JsonElement patch)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            Merge(writer, target, patch);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Merge(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            Copy(writer, patch);
            return;
        }

        writer.WriteStartObject();
        JsonElement? existing = target is { ValueKind: JsonValueKind.Object } ? target : null;
        if (existing is { } members)
        {
            foreach (var member in members.EnumerateObject())
            {
                var isPatched = patch.TryGetProperty(member.Name, out var change);
                if (isPatched && change.ValueKind == JsonValueKind.Null)
                    continue;
                writer.WritePropertyName(member.Name);
                if (isPatched)
                    Merge(writer, member.Value, change);
                else
                    Copy(writer, member.Value);
            }
        }

        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || existing?.TryGetProperty(member.Name, out _) == true)
                continue;
            writer.WritePropertyName(member.Name);
            Merge(writer, target: null, member.Value);
        }

        writer.WriteEndObject();
    }

    private static void Copy(Utf8JsonWriter writer, JsonElement value) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}

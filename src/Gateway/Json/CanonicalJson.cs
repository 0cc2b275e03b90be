using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClipOrleans.Gateway.Json;

/// <summary>JSON without blanks and needless escapes, in the order of the sender, as it is stored and sent to the shards.</summary>
internal static class CanonicalJson
{
    public static readonly byte[] EmptyObject = "{}"u8.ToArray();

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write(JsonElement element)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            element.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }
}

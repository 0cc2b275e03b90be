using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Gateway.Wire;

/// <summary>A vector as it lies on the wire between grains (float32, little-endian), written as an array of numbers.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct VectorJson(ReadOnlyMemory<byte> Bytes)
{
    internal sealed class Converter : JsonConverter<VectorJson>
    {
        public override VectorJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A vector in this form is only written.");

        public override void Write(Utf8JsonWriter writer, VectorJson value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var x in MemoryMarshal.Cast<byte, float>(value.Bytes.Span))
                writer.WriteNumberValue(x);
            writer.WriteEndArray();
        }
    }
}

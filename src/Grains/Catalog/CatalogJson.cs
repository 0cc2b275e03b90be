using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;

namespace ClipOrleans.Grains.Catalog;

/// <summary>
/// How the catalog is written in the store of a cluster. Members that are not known are passed over: while a cluster is
/// upgraded, silos of this version and of the next read the same entries.
/// </summary>
internal sealed class CatalogJson : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, s_json));

    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, s_json) ?? throw new JsonException("null");
}

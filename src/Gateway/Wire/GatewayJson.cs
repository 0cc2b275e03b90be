using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipOrleans.Gateway.Errors;

namespace ClipOrleans.Gateway.Wire;

/// <summary>Everything that goes out as JSON, and the shape of everything that comes in.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(CreateIndexRequest))]
[JsonSerializable(typeof(UpdateIndexRequest))]
[JsonSerializable(typeof(IndexResponse))]
[JsonSerializable(typeof(IndexListResponse))]
[JsonSerializable(typeof(SnapshotResponse))]
[JsonSerializable(typeof(SnapshotListResponse))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(DocumentInput))]
[JsonSerializable(typeof(BulkRequest))]
[JsonSerializable(typeof(BulkResponse))]
[JsonSerializable(typeof(DocumentResult))]
[JsonSerializable(typeof(DocumentResponse))]
[JsonSerializable(typeof(ScrollResponse))]
[JsonSerializable(typeof(PatchRequest))]
[JsonSerializable(typeof(DeleteRequest))]
[JsonSerializable(typeof(DeleteResponse))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(BatchSearchRequest))]
[JsonSerializable(typeof(BatchSearchResponse))]
[JsonSerializable(typeof(BatchSearchFailure))]
[JsonSerializable(typeof(EmbeddingsRequest))]
[JsonSerializable(typeof(EmbeddingInput))]
[JsonSerializable(typeof(EmbeddingsResponse))]
[JsonSerializable(typeof(ModelListResponse))]
[JsonSerializable(typeof(ClusterResponse))]
[JsonSerializable(typeof(CreateTenantRequest))]
[JsonSerializable(typeof(TenantResponse))]
[JsonSerializable(typeof(TenantListResponse))]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(CreatedKeyResponse))]
[JsonSerializable(typeof(KeyListResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(byte[]))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string))]
internal sealed partial class GatewayJson : JsonSerializerContext
{
    /// <summary>Writes text as it is: the answers are JSON in UTF-8, never part of a web page.</summary>
    public static GatewayJson Relaxed => RelaxedHolder.Value;

    /// <summary>The JSON names of a request's members: what is known there, and nothing else.</summary>
    public static IReadOnlyList<string> MembersOf<T>() => Default.GetTypeInfo(typeof(T)) is { } type
        ? [.. type.Properties.Select(property => property.Name)]
        : throw new InvalidOperationException($"{typeof(T).Name} is not registered for JSON.");

    /// <summary>Made when first used: the generated part of this class, which it builds on, is initialised in no certain order.</summary>
    private static class RelaxedHolder
    {
        public static readonly GatewayJson Value = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Embeddings;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Keys;
using ClipOrleans.Client.Search;
using ClipOrleans.Client.Snapshots;
using ClipOrleans.Client.Tenants;

namespace ClipOrleans.Client.Json;

/// <summary>The serialisers of every body, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(IndexDefinition))]
[JsonSerializable(typeof(IndexDescription))]
[JsonSerializable(typeof(IndexPatch))]
[JsonSerializable(typeof(IndexListBody))]
[JsonSerializable(typeof(ModelListBody))]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(SnapshotListBody))]
[JsonSerializable(typeof(RestoreBody))]
[JsonSerializable(typeof(DocumentInput))]
[JsonSerializable(typeof(UpsertBody))]
[JsonSerializable(typeof(UpsertResponse))]
[JsonSerializable(typeof(StoredDocument))]
[JsonSerializable(typeof(MetadataBody))]
[JsonSerializable(typeof(DeleteBody))]
[JsonSerializable(typeof(DeletedBody))]
[JsonSerializable(typeof(PageBody))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(BatchSearchBody))]
[JsonSerializable(typeof(BatchResultsBody))]
[JsonSerializable(typeof(TextEmbeddingBody))]
[JsonSerializable(typeof(MixedEmbeddingBody))]
[JsonSerializable(typeof(EmbeddingsBody))]
[JsonSerializable(typeof(KeyDefinition))]
[JsonSerializable(typeof(KeyDescription))]
[JsonSerializable(typeof(CreatedKey))]
[JsonSerializable(typeof(KeyListBody))]
[JsonSerializable(typeof(TenantBody))]
[JsonSerializable(typeof(TenantDescription))]
[JsonSerializable(typeof(TenantPageBody))]
internal sealed partial class ClientJson : JsonSerializerContext;

using System.Text.Json.Nodes;

namespace ClipOrleans.Client.Documents;

/// <summary>The JSON objects around documents.</summary>
internal sealed record UpsertBody(IReadOnlyList<DocumentInput> Documents);

internal sealed record MetadataBody(JsonObject Metadata);

internal sealed record DeleteBody(IReadOnlyList<string>? Ids, JsonObject? Filter);

internal sealed record DeletedBody(long Deleted);

internal sealed record PageBody(IReadOnlyList<StoredDocument> Documents, string? Cursor);

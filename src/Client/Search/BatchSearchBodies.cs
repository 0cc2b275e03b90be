using System.Text.Json;

namespace ClipOrleans.Client.Search;

/// <summary>The JSON objects of a batch of searches.</summary>
internal sealed record BatchSearchBody(IReadOnlyList<SearchRequest> Searches);

internal sealed record BatchResultsBody(IReadOnlyList<JsonElement> Results);

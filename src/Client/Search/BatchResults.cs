using System.Text.Json;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Search;

/// <summary>Tells an answer from a problem in the results of a batch: only answers have hits.</summary>
internal static class BatchResults
{
    public static BatchSearchResult Read(JsonElement result) =>
        result.TryGetProperty("hits", out _)
            ? new BatchSearchResult(result.Deserialize(ClientJson.Default.SearchResponse), null)
            : new BatchSearchResult(null, (result.TryGetProperty("error", out var error) ? error : result).Deserialize(ClientJson.Default.Problem));
}

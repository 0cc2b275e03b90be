using System.Text.Json;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Search;

/// <summary>The answer to a search.</summary>
public sealed record SearchResponse
{
    /// <summary>Names this search in the server's log.</summary>
    public string? QueryId { get; init; }

    /// <summary>By score, highest first, then by id.</summary>
    public IReadOnlyList<SearchHit> Hits { get; init; } = [];

    /// <summary>How many documents match the filter.</summary>
    public long Total { get; init; }

    /// <summary>Field → how often its values occur among the documents that match the filter, most frequent first.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FacetValue>>? Facets { get; init; }

    /// <summary>The hits are the true nearest ones.</summary>
    public bool Exact { get; init; }

    /// <summary>A shard did not answer in time, so hits may be missing.</summary>
    public bool Partial { get; init; }

    /// <summary>How many shards were asked and answered.</summary>
    public SearchedShards? Shards { get; init; }

    /// <summary>Where the time went.</summary>
    public SearchTimes? TookMs { get; init; }

    /// <summary>The plan of the search, as the server wrote it.</summary>
    public JsonElement? Explain { get; init; }

    /// <summary>Reads an answer that was fetched as JSON.</summary>
    /// <exception cref="JsonException">It is not the answer to a search.</exception>
    public static SearchResponse Parse(JsonDocument answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Deserialize(ClientJson.Default.SearchResponse) ?? throw new JsonException("The answer to a search is null.");
    }
}

/// <summary>How many shards a search asked.</summary>
/// <param name="Total">Shards of the index.</param>
/// <param name="Succeeded">Shards that answered.</param>
/// <param name="Failed">Shards that did not.</param>
public sealed record SearchedShards(int Total, int Succeeded, int Failed);

/// <summary>Milliseconds that a search took.</summary>
/// <param name="Total">From request to answer, inside the server.</param>
/// <param name="Encode">To embed the query.</param>
/// <param name="Search">To ask the shards and merge.</param>
public sealed record SearchTimes(double Total, double Encode, double Search);

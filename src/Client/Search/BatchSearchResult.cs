using ClipOrleans.Client.Errors;

namespace ClipOrleans.Client.Search;

/// <summary>The outcome of one search of a batch: exactly one of response and error.</summary>
/// <param name="Response">The answer, if the search succeeded.</param>
/// <param name="Error">The problem, if it did not.</param>
public sealed record BatchSearchResult(SearchResponse? Response, Problem? Error);

using System.Text.Json;

namespace ClipOrleans.Client.Search;

/// <summary>How often the values of a field occur among the documents that match the filter.</summary>
/// <param name="Values">The most frequent ones, most frequent first.</param>
/// <param name="Other">Occurrences of all other values together.</param>
public sealed record Facet(IReadOnlyList<FacetValue> Values, long Other);

/// <summary>One value of a field and how often it occurs.</summary>
/// <param name="Value">The value in the field's type.</param>
/// <param name="Count">In how many documents.</param>
public sealed record FacetValue(JsonElement Value, long Count);

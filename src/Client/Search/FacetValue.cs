using System.Text.Json;

namespace ClipOrleans.Client.Search;

/// <summary>One value of a field and how often it occurs.</summary>
/// <param name="Value">The value in the field's type.</param>
/// <param name="Count">In how many documents.</param>
public sealed record FacetValue(JsonElement Value, long Count);

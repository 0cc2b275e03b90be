using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>What endpoints need to read their requests.</summary>
internal sealed class RequestReader(Budgets budgets, ComputePlaces places, IOptions<LimitOptions> limits)
{
    public LimitOptions Limits { get; } = limits.Value;

    public Budgets Budgets { get; } = budgets;

    /// <returns>The body; dispose it. Or unsupported-media-type, body-too-large, malformed-request or overloaded.</returns>
    public ValueTask<Result<RequestJson>> ReadJsonAsync(HttpContext http, params string[] mediaTypes) =>
        RequestJson.ReadAsync(http, Limits.MaxBodyBytes, Budgets, places, mediaTypes);
}

using System.Globalization;
using System.Net;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;

namespace ClipOrleans.Gateway.Audit;

/// <summary>
/// One line of the audit log: who did what, to which tenant, index and thing. Texts of a request stand in it only where
/// they are names by our rules: a caller can neither write lines of its own, nor have us write a key that it put into a path.
/// </summary>
/// <param name="Action">The operation's name in the OpenAPI document.</param>
/// <param name="Actor">operator, the id of an API key, open (no key is asked for), or nobody (no key that is known).</param>
/// <param name="Tenant">Whose things, or -.</param>
/// <param name="Index">Which index, or -.</param>
/// <param name="Target">Which key or snapshot, or what was made; or -.</param>
/// <param name="Status">The answer.</param>
/// <param name="Address">Where the request came from.</param>
/// <param name="TraceId">The trace under which everything else was logged.</param>
internal sealed record AuditEntry(string Action, string Actor, string Tenant, string Index, string Target, int Status, string Address, string TraceId)
{
    private const string None = "-";

    /// <summary>It was refused for want of a key that may do it.</summary>
    public bool IsRefusal => (HttpStatusCode)Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <param name="http">The request, answered.</param>
    /// <param name="operatorKey">Null where no keys are asked for.</param>
    public static AuditEntry Of(HttpContext http, OperatorKey? operatorKey)
    {
        var made = MadeBy(http);
        return new AuditEntry(
            http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? None,
            ActorOf(http, operatorKey),
            TenantOf(http, made),
            NameOr(http.GetRouteValue("index") as string) ?? None,
            IdOr(http.GetRouteValue("key") as string) ?? SnapshotOr(http.GetRouteValue("id") as string) ?? made ?? None,
            StatusOf(http),
            AddressOf(http.Connection.RemoteIpAddress),
            Problem.TraceOf(http));
    }

    /// <summary>Where the new thing is stands in the answer, by a path of ours.</summary>
    private static string? MadeBy(HttpContext http)
    {
        if (http.Response.Headers.Location is not [{ } location])
            return null;
        var last = location[(location.LastIndexOf('/') + 1)..];
        return NameOr(last) ?? SnapshotOr(last);
    }

    /// <summary>Who has gone away was not answered; 499 is what proxies write for that.</summary>
    private static int StatusOf(HttpContext http) => http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted ? 499 : http.Response.StatusCode;

    private static string ActorOf(HttpContext http, OperatorKey? operatorKey)
    {
        if (operatorKey is null)
            return "open";
        if (Credential.Of(http.Request) is not { IsSuccess: true } shown || shown.Value.IsMissing)
            return "nobody";
        return operatorKey.Is(shown.Value.Hash()) ? "operator"
            : http.Features.Get<TenantFeature>() is not null && ApiKey.TryParse(shown.Value.Key, out var key) ? key.Id
            : "nobody";
    }

    private static string TenantOf(HttpContext http, string? made) =>
        http.Features.Get<TenantFeature>()?.Tenant.Value
        ?? NameOr(http.GetRouteValue("tenant") as string)
        ?? (http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == "createTenant" ? made : null)
        ?? None;

    private static string? NameOr(string? text) => text is not null && NameRule.IsValid(text) ? text : null;

    private static string? IdOr(string? text) => text is { Length: ApiKey.IdLength } && text.All(char.IsAsciiLetterOrDigit) ? text : null;

    private static string? SnapshotOr(string? text) => text is { Length: > 0 and <= 32 } && text.All(static c => char.IsAsciiDigit(c) || c == '-') ? text : null;

    private static string AddressOf(IPAddress? address) => address is null ? None : string.Create(CultureInfo.InvariantCulture, $"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)}");
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Tenants;

/// <summary>Reads the requests about tenants and keys.</summary>
internal static class TenantRequests
{
    private const int DefaultPage = 100;

    private static readonly IReadOnlyList<string> TenantMembers = GatewayJson.MembersOf<CreateTenantRequest>();
    private static readonly IReadOnlyList<string> QuotaMembers = GatewayJson.MembersOf<QuotasWire>();
    private static readonly IReadOnlyList<string> KeyMembers = GatewayJson.MembersOf<CreateKeyRequest>();

    public static Result<(TenantId Id, TenantQuotas Quotas)> ReadCreate(JsonElement root)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, "", faults, TenantMembers);
        if (fields.IsObject && !fields.Has("id"))
            fields.Fault("id", "A tenant needs an id.");
        TenantId id = default;
        if (fields.String("id")?.GetString() is { } text && !TenantId.TryParse(text, out id))
            fields.Fault("id", $"The id of a tenant has {NameRule.Description}.", Slugs.InvalidName);
        var quotas = fields.Object("quotas") is { } object_ ? ReadQuotas(JsonFields.Open(object_, "/quotas", faults, QuotaMembers)) : new TenantQuotas();
        return faults.Any ? faults.ToError() : (id, quotas);
    }

    public static Result<(string Name, KeyScope Scope)> ReadKey(JsonElement root, DateTimeOffset now)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, "", faults, KeyMembers);
        foreach (var needed in fields.IsObject ? ["name", "role"] : Array.Empty<string>())
        {
            if (!fields.Has(needed))
                fields.Fault(needed, "A key needs a name and a role.");
        }

        var name = fields.Text("name", 1, Limits.MaxKeyNameLength);
        if (name?.Any(char.IsControl) == true)
            fields.Fault("name", "A name has no control characters.");
        var role = fields.Word("role", "read", "write", "admin") switch
        {
            "read" => KeyRole.Read,
            "write" => KeyRole.Write,
            "admin" => KeyRole.Admin,
            _ => KeyRole.Invalid,
        };
        var indexes = fields.Texts("indexes", Limits.MaxIndexesPerKey, CheckIndex, Slugs.InvalidName);
        if (indexes is { Count: 0 })
            fields.Fault("indexes", "A key is for one index at least; leave the member out for all.");
        var scope = new KeyScope(role, !fields.Has("indexes"), indexes?.Distinct(StringComparer.Ordinal).ToImmutableArray() ?? [], ReadExpiry(fields, now));
        return faults.Any ? faults.ToError() : (name!, scope);
    }

    /// <summary>A page of the list, from the query parameters as they are in the URL.</summary>
    public static Result<(int Limit, string? After)> ReadPage(string? limit, string? cursor)
    {
        var faults = new Faults();
        var count = DefaultPage;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > Limits.MaxTopK))
            faults.Malformed("/limit", string.Create(CultureInfo.InvariantCulture, $"This must be a whole number from 1 to {Limits.MaxTopK}, not '{Pointer.Quote(limit)}'."));
        var after = cursor is null ? null : TenantCursor.Read(cursor);
        if (cursor is not null && after is null)
            faults.Add(Slugs.InvalidCursor, "/cursor", "A cursor is what an earlier page gave; leave it out for the first page.");
        return faults.Any ? faults.ToError() : (count, after);
    }

    private static TenantQuotas ReadQuotas(JsonFields fields) => new(
        fields.Integer("maxIndexes", 0, int.MaxValue),
        fields.Long("maxDocuments", 0, long.MaxValue),
        fields.Long("maxBytes", 0, long.MaxValue),
        fields.Integer("requestsPerMinute", 0, int.MaxValue),
        fields.Integer("encodesPerMinute", 0, int.MaxValue));

    private static string? CheckIndex(string name) => NameRule.IsValid(name) ? null : $"The name of an index has {NameRule.Description}.";

    private static DateTimeOffset? ReadExpiry(JsonFields fields, DateTimeOffset now)
    {
        if (fields.String("expiresAt") is not { } value)
            return null;
        if (!value.TryGetDateTimeOffset(out var time))
            fields.Fault("expiresAt", "This must be a time as in 2026-12-31T23:59:59Z.");
        else if (time <= now)
            fields.Fault("expiresAt", "This time is over already.");
        else
            return time.ToUniversalTime();
        return null;
    }
}

using System.ComponentModel;

namespace ClipOrleans.Gateway.Wire;

/// <summary>A new tenant.</summary>
internal sealed record CreateTenantRequest
{
    [Description("1 to 63 characters from a-z, 0-9, '-' and '_', the first one a letter or a digit.")]
    public required string Id { get; init; }

    public QuotasWire? Quotas { get; init; }
}

/// <summary>What a tenant may use; what is absent is as much as there is.</summary>
internal sealed record QuotasWire
{
    [Description("Indexes that it has at once.")]
    public int? MaxIndexes { get; init; }

    [Description("Documents in all its indexes together.")]
    public long? MaxDocuments { get; init; }

    [Description("Bytes on disk of all its indexes together.")]
    public long? MaxBytes { get; init; }

    public int? RequestsPerMinute { get; init; }

    [Description("Texts and images that a model embeds for it; those that are known already cost nothing.")]
    public int? EncodesPerMinute { get; init; }
}

/// <summary>A tenant.</summary>
internal sealed record TenantResponse
{
    public required string Id { get; init; }

    [Description("live, or deleting: it is gone for everyone, and what it had is being removed.")]
    public required string Status { get; init; }

    [Description("Absent for the tenant default as long as nobody created it or made a key for it: it is always there.")]
    public DateTimeOffset? CreatedAt { get; init; }

    public required QuotasWire Quotas { get; init; }

    [Description("How many it has.")]
    public required int Indexes { get; init; }
}

/// <summary>A tenant in the list of all.</summary>
internal sealed record TenantEntryWire
{
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A page of the list of tenants, by id.</summary>
internal sealed record TenantListResponse
{
    public required IReadOnlyList<TenantEntryWire> Tenants { get; init; }

    [Description("For the next page; absent on the last one.")]
    public string? Cursor { get; init; }
}

namespace ClipOrleans.Client.Tenants;

/// <summary>A tenant.</summary>
public sealed record TenantDescription
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>live</c>, or <c>deleting</c>: gone for everyone, and what it had is being removed.</summary>
    public required string Status { get; init; }

    /// <summary>When it was created; null for <c>default</c> as long as nobody did.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>What it may use.</summary>
    public Quotas Quotas { get; init; } = new();

    /// <summary>How many indexes it has.</summary>
    public int Indexes { get; init; }
}

/// <summary>A tenant in the list of all.</summary>
public sealed record TenantEntry
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The JSON object around a page of the list.</summary>
internal sealed record TenantPageBody(IReadOnlyList<TenantEntry> Tenants, string? Cursor);

internal sealed record TenantBody(string Id, Quotas? Quotas);

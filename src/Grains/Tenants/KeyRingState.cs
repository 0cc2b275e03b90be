using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Grains.Tenants;

/// <summary>The keys of one tenant in the catalog. It is replaced, never changed: it may be written while the next one is made.</summary>
internal sealed record KeyRingState
{
    /// <summary>Whose keys they are; empty as long as there was none.</summary>
    public string Tenant { get; init; } = "";

    public IReadOnlyList<StoredKey> Keys { get; init; } = [];
}

/// <summary>What is kept of a key.</summary>
internal sealed record StoredKey
{
    public string Id { get; init; } = "";

    /// <summary>SHA-256 of the key.</summary>
    public byte[] Hash { get; init; } = [];

    public string Name { get; init; } = "";

    public KeyRole Role { get; init; }

    public bool AllIndexes { get; init; }

    public IReadOnlyList<string> Indexes { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public KeyScope Scope => new(Role, AllIndexes, [.. Indexes], ExpiresAt);

    public static StoredKey Of(KeySpec spec, DateTimeOffset now) => new()
    {
        Id = spec.Id,
        Hash = spec.Hash,
        Name = spec.Name,
        Role = spec.Scope.Role,
        AllIndexes = spec.Scope.AllIndexes,
        Indexes = [.. spec.Scope.Indexes],
        ExpiresAt = spec.Scope.ExpiresAt,
        CreatedAt = now,
    };
}

using System.ComponentModel;

namespace ClipOrleans.Gateway.Wire;

/// <summary>A new API key.</summary>
internal sealed record CreateKeyRequest
{
    [Description("For people: 1 to 128 characters. Two keys may have the same name, for example while one replaces the other.")]
    public required string Name { get; init; }

    [Description("read (search and get), write (and documents) or admin (and indexes, snapshots and keys).")]
    public required string Role { get; init; }

    [Description("The only indexes that are there for it, by name, at most 64; absent: all.")]
    public IReadOnlyList<string>? Indexes { get; init; }

    [Description("When it ends; absent: never.")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>An API key, without what makes it one.</summary>
internal record KeyResponse
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    [Description("read, write or admin.")]
    public required string Role { get; init; }

    [Description("The only indexes that are there for it; absent: all.")]
    public IReadOnlyList<string>? Indexes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("Absent: never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("To within seconds; absent: never.")]
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>An API key that was just made.</summary>
internal sealed record CreatedKeyResponse : KeyResponse
{
    [Description("The key itself. It is told this once and kept nowhere.")]
    public required string Key { get; init; }
}

/// <summary>The API keys of a tenant, the oldest first.</summary>
internal sealed record KeyListResponse
{
    public required IReadOnlyList<KeyResponse> Keys { get; init; }
}

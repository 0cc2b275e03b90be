using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Tenants;

/// <summary>What a key may do; each may do what those before it may.</summary>
[GenerateSerializer, Alias("clip.KeyRole")]
public enum KeyRole
{
    Invalid = 0,

    /// <summary>Search and get.</summary>
    Read = 1,

    /// <summary>And write documents.</summary>
    Write = 2,

    /// <summary>And indexes, snapshots and keys.</summary>
    Admin = 3,
}

/// <summary>For what a key is good.</summary>
/// <param name="AllIndexes">Otherwise only for <paramref name="Indexes"/>: one that was lost on the way opens nothing.</param>
[GenerateSerializer, Immutable, Alias("clip.KeyScope")]
public sealed record KeyScope(
    [property: Id(0)] KeyRole Role,
    [property: Id(1)] bool AllIndexes,
    [property: Id(2)] ImmutableArray<string> Indexes,
    [property: Id(3)] DateTimeOffset? ExpiresAt);

/// <summary>A key to be kept. The key itself stays where it was made.</summary>
/// <param name="Hash">SHA-256 of it.</param>
[GenerateSerializer, Immutable, Alias("clip.KeySpec")]
public sealed record KeySpec(
    [property: Id(0)] string Id,
    [property: Id(1)] byte[] Hash,
    [property: Id(2)] string Name,
    [property: Id(3)] KeyScope Scope);

/// <summary>A key without what makes it one.</summary>
/// <param name="LastUsedAt">To within seconds while it is used; null: never.</param>
[GenerateSerializer, Immutable, Alias("clip.KeyInfo")]
public sealed record KeyInfo(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] KeyScope Scope,
    [property: Id(3)] DateTimeOffset CreatedAt,
    [property: Id(4)] DateTimeOffset? LastUsedAt);

/// <summary>What whoever shows a key may do: the only source of a tenant (I5).</summary>
[GenerateSerializer, Immutable, Alias("clip.KeyGrant")]
public sealed record KeyGrant(
    [property: Id(0)] string Tenant,
    [property: Id(1)] string KeyId,
    [property: Id(2)] KeyScope Scope);

namespace ClipOrleans.Contracts.Tenants;

/// <summary>What a tenant may use; null: as much as there is.</summary>
[GenerateSerializer, Immutable, Alias("clip.TenantQuotas")]
public sealed record TenantQuotas(
    [property: Id(0)] int? MaxIndexes = null,
    [property: Id(1)] long? MaxDocuments = null,
    [property: Id(2)] long? MaxBytes = null,
    [property: Id(3)] int? RequestsPerMinute = null,
    [property: Id(4)] int? EncodesPerMinute = null);

/// <summary>A tenant as the catalog knows it.</summary>
/// <param name="CreatedAt">Null for the tenant of open mode before anybody created it.</param>
/// <param name="Indexes">How many it has.</param>
/// <param name="IsDeleting">It is gone for everyone but the operator: what it had is being removed.</param>
[GenerateSerializer, Immutable, Alias("clip.TenantInfo")]
public sealed record TenantInfo(
    [property: Id(0)] string Id,
    [property: Id(1)] DateTimeOffset? CreatedAt,
    [property: Id(2)] TenantQuotas Quotas,
    [property: Id(3)] int Indexes,
    [property: Id(4)] bool IsDeleting);

/// <summary>A tenant in the list of all.</summary>
[GenerateSerializer, Immutable, Alias("clip.TenantEntry")]
public readonly record struct TenantEntry([property: Id(0)] string Id, [property: Id(1)] DateTimeOffset CreatedAt);

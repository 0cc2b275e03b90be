namespace ClipOrleans.Contracts.Tenants;

/// <summary>What a tenant has only so much of in a minute.</summary>
[GenerateSerializer, Alias("clip.MeteredKind")]
public enum MeteredKind
{
    Invalid = 0,

    /// <summary>Requests of the API.</summary>
    Requests = 1,

    /// <summary>Texts and images that a model embeds.</summary>
    Encodes = 2,
}

/// <summary>A part of a minute's allowance, to be used up within this minute.</summary>
/// <param name="Limit">Of a minute; null: there is none, and nothing was counted.</param>
/// <param name="Granted">What may be used now, of what was wanted.</param>
/// <param name="Left">What nobody has taken yet.</param>
/// <param name="ResetSeconds">Until the next minute begins, rounded up.</param>
[GenerateSerializer, Immutable, Alias("clip.MeterGrant")]
public sealed record MeterGrant(
    [property: Id(0)] int? Limit,
    [property: Id(1)] int Granted,
    [property: Id(2)] int Left,
    [property: Id(3)] int ResetSeconds);

/// <summary>What a tenant has stored, against what it may; where it may store as much as there is, nothing is counted.</summary>
[GenerateSerializer, Immutable, Alias("clip.StorageRoom")]
public sealed record StorageRoom(
    [property: Id(0)] long? MaxDocuments,
    [property: Id(1)] long? MaxBytes,
    [property: Id(2)] long Documents,
    [property: Id(3)] long Bytes)
{
    public bool IsLimited => MaxDocuments is not null || MaxBytes is not null;
}

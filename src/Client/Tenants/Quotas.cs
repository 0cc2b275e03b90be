namespace ClipOrleans.Client.Tenants;

/// <summary>What a tenant may use. Null: as much as there is.</summary>
public sealed record Quotas
{
    /// <summary>Indexes that it has at once.</summary>
    public int? MaxIndexes { get; init; }

    /// <summary>Documents in all its indexes together.</summary>
    public long? MaxDocuments { get; init; }

    /// <summary>Bytes on disk of all its indexes together.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Requests within a minute.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Texts and images within a minute that a model embeds for it.</summary>
    public int? EncodesPerMinute { get; init; }
}

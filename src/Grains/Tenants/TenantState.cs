using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Grains.Tenants;

internal enum TenantPhase
{
    /// <summary>Nobody created it. Catalogs of before there were tenants know of <c>default</c> only, and have it so.</summary>
    None = 0,

    /// <summary>It exists.</summary>
    Live = 1,

    /// <summary>It is gone for everyone; what it had is being removed, after a crash too.</summary>
    Deleting = 2,
}

/// <summary>
/// What the catalog knows of a tenant. The names are those that may exist: a name is added before its index is made and
/// removed after its index is gone, so that a crash in between leaves a name without an index, never an index without a
/// name. Whether an index exists is for its own grain to say.
/// </summary>
internal sealed class TenantState
{
    public TenantPhase Phase { get; set; }

    public DateTimeOffset? CreatedAt { get; set; }

    public TenantQuotas? Quotas { get; set; }

    /// <summary>Whether the list of tenants has it: it is written here first, so that a crash in between is made good.</summary>
    public bool IsListed { get; set; }

    /// <summary>The ring of its keys; null as long as there was none.</summary>
    public string? KeyRing { get; set; }

    /// <summary>The last incarnation given out, to whichever index; never given out again.</summary>
    public long LastIncarnation { get; set; }

    /// <summary>Name to incarnation.</summary>
    public Dictionary<string, long> Indexes { get; set; } = new(StringComparer.Ordinal);
}

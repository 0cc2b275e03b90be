namespace ClipOrleans.Grains.Tenants;

/// <summary>
/// What the catalog knows of a tenant. The names are those that may exist: a name is added before its index is made and
/// removed after its index is gone, so that a crash in between leaves a name without an index, never an index without a
/// name. Whether an index exists is for its own grain to say.
/// </summary>
internal sealed class TenantState
{
    /// <summary>The last incarnation given out, to whichever index; never given out again.</summary>
    public long LastIncarnation { get; set; }

    /// <summary>Name to incarnation.</summary>
    public Dictionary<string, long> Indexes { get; set; } = new(StringComparer.Ordinal);
}

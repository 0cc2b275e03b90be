using ClipOrleans.Contracts.Indexes;

namespace ClipOrleans.Grains.Indexes;

internal enum IndexPhase
{
    /// <summary>There is no index.</summary>
    None = 0,

    /// <summary>Shards are being made; nobody was told of the index yet, so that after a crash they are removed.</summary>
    Creating = 1,

    /// <summary>The index exists.</summary>
    Live = 2,

    /// <summary>The index is gone for everyone; its shards are being removed, after a crash too.</summary>
    Deleting = 3,
}

/// <summary>One index in the catalog. Each step is written before it is taken, so that a crash leaves a step to repeat.</summary>
internal sealed class IndexState
{
    public IndexPhase Phase { get; set; }

    /// <summary>What the shards have, unless <see cref="Change"/> is on its way.</summary>
    public IndexDescription? Description { get; set; }

    /// <summary>What the shards are being moved to; it replaces <see cref="Description"/> when all have it.</summary>
    public IndexDescription? Change { get; set; }
}

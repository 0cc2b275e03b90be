using System.Collections.Immutable;

namespace ClipOrleans.Grains.Placement;

/// <summary>What this silo is for: shard, encoder, gateway.</summary>
internal sealed record SiloRoles(ImmutableArray<string> Names)
{
    public const string Shard = "shard";
    public const string Encoder = "encoder";
}

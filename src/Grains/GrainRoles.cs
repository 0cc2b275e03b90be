using ClipOrleans.Grains.Cluster;
using ClipOrleans.Grains.Encoders;

namespace ClipOrleans.Grains;

/// <summary>
/// Which grains a silo takes. One that lacks the role does not know the class, so that placement never thinks of it: a
/// model is not loaded beside shards by chance, and nothing touches <c>Storage:Path</c> where it is not mounted.
/// </summary>
internal static class GrainRoles
{
    private static readonly HashSet<Type> s_encoding = [typeof(EncoderGrain), typeof(ModelCatalogGrain)];

    private static readonly HashSet<Type> s_everywhere = [typeof(SiloGrain)];

    /// <summary>Our own grains need a role: encoder for those that run models, shard for all others. Those of Orleans run on every silo.</summary>
    public static bool MayHost(SiloRoles roles, Type grain) =>
        grain.Assembly != typeof(GrainRoles).Assembly || s_everywhere.Contains(grain)
        || (s_encoding.Contains(grain) ? roles.HasEncoder : roles.HasShard);
}

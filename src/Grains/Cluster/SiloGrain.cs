using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Grains.Encoders;
using ClipOrleans.Grains.Shards;
using Orleans.Concurrency;
using Orleans.Metadata;

namespace ClipOrleans.Grains.Cluster;

/// <summary>
/// Says which silo this is, by answering that the cluster is reached, and which others there are. What they do is told by
/// the grains they know, which Orleans makes known to all.
/// </summary>
[StatelessWorker]
internal sealed class SiloGrain(
    ILocalSiloDetails silo, SiloRoles roles, IClusterManifestProvider manifests, ISiloStatusOracle oracle, GrainTypeResolver types) : Grain, ISiloGrain
{
    public Task<SiloInfo> GetInfo() => Task.FromResult(new SiloInfo(silo.Name, roles.Names));

    public Task<ImmutableArray<MemberSilo>> GetMembers()
    {
        var known = manifests.Current.Silos;
        var (shard, encoder) = (types.GetGrainType(typeof(ShardGrain)), types.GetGrainType(typeof(EncoderGrain)));
        return Task.FromResult<ImmutableArray<MemberSilo>>([.. oracle.GetApproximateSiloStatuses(onlyActive: true).Keys
            .Select(address => new MemberSilo(address.ToParsableString(), known.TryGetValue(address, out var manifest) ? [.. RolesOf(manifest)] : []))]);

        IEnumerable<string> RolesOf(GrainManifest manifest)
        {
            if (manifest.Grains.ContainsKey(shard))
                yield return SiloRoles.Shard;
            if (manifest.Grains.ContainsKey(encoder))
                yield return SiloRoles.Encoder;
        }
    }
}

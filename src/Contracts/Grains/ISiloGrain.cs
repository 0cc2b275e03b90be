using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;

namespace ClipOrleans.Contracts.Grains;

/// <summary>Answers for the silo it runs on, the nearest to the caller. Every silo has it, whatever else it does. Key: 0.</summary>
[Alias("clip.ISiloGrain")]
public interface ISiloGrain : IGrainWithIntegerKey
{
    [Alias("GetInfo")]
    Task<SiloInfo> GetInfo();

    /// <returns>The silos that are active, as this one knows them, in any order.</returns>
    [Alias("GetMembers")]
    Task<ImmutableArray<MemberSilo>> GetMembers();
}

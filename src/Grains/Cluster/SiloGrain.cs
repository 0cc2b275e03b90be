using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Cluster;

/// <summary>Says which silo this is, and by answering that the cluster is reached.</summary>
[StatelessWorker]
internal sealed class SiloGrain(ILocalSiloDetails silo, SiloRoles roles) : Grain, ISiloGrain
{
    public Task<SiloInfo> GetInfo() => Task.FromResult(new SiloInfo(silo.Name, roles.Names));
}

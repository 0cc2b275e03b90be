using System.Collections.Concurrent;
using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Models;
using ClipOrleans.Contracts.Search;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>
/// A cluster in memory: a catalog, shards on the real vector collection, an encoder whose embeddings can be foretold. What a
/// test wants to go wrong it says in <see cref="Faults"/>.
/// </summary>
internal sealed class FakeCluster : IGrainFactory
{
    public const string Model = "toy";
    public const int Dimensions = 8;

    private readonly ConcurrentDictionary<string, FakeShard> _shards = new();

    public FaultInjection Faults { get; } = new();

    public FakeCatalog Catalog { get; }

    /// <summary>The calls that were answered: by which silo, how many texts or images.</summary>
    public ConcurrentQueue<(string Silo, int Inputs)> Embedded { get; } = [];

    /// <summary>The silos that run models.</summary>
    public ImmutableArray<string> EncoderSilos { get; set; } = ["e1"];

    public FakeSnapshots Snapshots { get; }

    public FakeTenants Tenants { get; }

    public ImmutableArray<ModelInfo> Models { get; set; } = [ToyModel(Model, isDefault: true)];

    /// <summary>What each shard says of its codes.</summary>
    public ShardCodes? Codes { get; set; } = ShardCodes.Exact;

    /// <summary>What the shard of a number says it measured.</summary>
    public Func<int, ImmutableArray<RecallBand>> Recall { get; set; } = static _ => [];

    /// <summary>What shards make of the plan that they tell.</summary>
    public Func<ShardPlan, ShardPlan> Plan { get; set; } = static plan => plan;

    /// <summary>The silo that has the shard of a number; null: shards don't say.</summary>
    public Func<int, string?> SiloOf { get; set; } = static _ => null;

    public FakeCluster()
    {
        Catalog = new FakeCatalog(this);
        Snapshots = new FakeSnapshots(this);
        Tenants = new FakeTenants(this);
    }

    public static ModelInfo ToyModel(string name, bool isDefault = false, string? problem = null) =>
        new(name, "r1", Dimensions, 77, new ImageInput(4, 4, 4, "bicubic", true), 100, "MIT", "made up", isDefault, problem);

    public FakeShard Shard(string key) => _shards.GetOrAdd(key, _ => new FakeShard(this));

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey => (TGrainInterface)Grain(typeof(TGrainInterface), primaryKey);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => (TGrainInterface)(
            typeof(TGrainInterface) == typeof(ISiloGrain) ? new Silo(this)
            : typeof(TGrainInterface) == typeof(IShardPlacementGrain) ? new FakePlacement()
            : (object)new ModelCatalog(this));

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => throw Unknown<TGrainInterface>();

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey => throw Unknown<TGrainInterface>();

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey => throw Unknown<TGrainInterface>();

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw Unknown<TGrainObserverInterface>();

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw Unknown<TGrainObserverInterface>();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw Unknown<IGrain>();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw Unknown<IGrain>();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)Grain(grainInterfaceType, grainPrimaryKey);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw Unknown<IGrain>();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw Unknown<IGrain>();

    public IAddressable GetGrain(Type grainInterfaceType, IdSpan grainKey) => throw Unknown<IAddressable>();

    public IAddressable GetGrain(Type grainInterfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw Unknown<IAddressable>();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw Unknown<TGrainInterface>();

    public IAddressable GetGrain(GrainId grainId) => throw Unknown<IAddressable>();

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw Unknown<IAddressable>();

    private object Grain(Type type, string key) =>
        type == typeof(IShardGrain) ? Shard(key)
        : type == typeof(IIndexGrain) ? Catalog.Index(key)
        : type == typeof(ITenantGrain) ? Catalog.Tenant(key)
        : type == typeof(ISnapshotsGrain) ? Snapshots.Of(key)
        : type == typeof(IKeyRingGrain) ? Tenants.Ring(key)
        : type == typeof(ITenantDirectoryGrain) ? Tenants.Directory(key)
        : type == typeof(ITenantMeterGrain) ? new FakeMeter(this, key)
        : type == typeof(IUploadGrain) ? Snapshots.Upload(key)
        : type == typeof(IShardReplicaGrain) ? new FakeReplica(this, key)
        : type == typeof(ISiloShardsGrain) ? new FakeSilo(this, key)
        : type == typeof(IEncoderGrain) ? new FakeEncoder(this, key)
        : throw new NotSupportedException($"{type} is no grain of this cluster.");

    private static NotSupportedException Unknown<T>() => new($"{typeof(T)} is no grain of this cluster.");

    private sealed class ModelCatalog(FakeCluster cluster) : IModelCatalogGrain
    {
        public async Task<ImmutableArray<ModelInfo>> List()
        {
            await cluster.Faults.PassAsync<bool>("models");
            return cluster.Models;
        }
    }

    private sealed class Silo(FakeCluster cluster) : ISiloGrain
    {
        public Task<SiloInfo> GetInfo() => Task.FromResult(new SiloInfo("silo", ["gateway", "shard", "encoder"]));

        public Task<ImmutableArray<MemberSilo>> GetMembers() =>
            Task.FromResult<ImmutableArray<MemberSilo>>([.. cluster.EncoderSilos.Select(silo => new MemberSilo(silo, ["encoder"])), new MemberSilo("s", ["shard"])]);
    }
}

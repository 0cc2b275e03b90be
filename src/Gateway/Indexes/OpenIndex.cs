using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Gateway.Indexes;

/// <summary>One version of an index, ready for use: its field schema is built once.</summary>
internal sealed class OpenIndex
{
    private readonly ShardRoutes[] _routes;
    private int _turn;

    public OpenIndex(IndexDescription description)
    {
        Description = description;
        _routes = [.. Enumerable.Range(0, description.Spec.Replicas + 1).Select(_ => new ShardRoutes(description.Spec.Shards))];
        ShardPrefix = ShardKey.PrefixOf(TenantId.Parse(description.Tenant), description.Spec.Name, description.Incarnation);
        Tenant = TenantId.Parse(description.Tenant);
        KnownShards = new IShardGrain?[description.Spec.Shards];
        Schema = new FieldSchema([.. description.Spec.Fields.Select(field => new FieldDefinition(
            field.Name,
            FieldTypes.TryParse(field.Type, out var type) ? type : throw new InvalidDataException($"Index '{description.Spec.Name}' has a field of the unknown type '{field.Type}'.")))]);
    }

    public IndexDescription Description { get; }

    public TenantId Tenant { get; }

    public IndexSpec Spec => Description.Spec;

    public string Name => Spec.Name;

    public long Version => Description.Version;

    public int Shards => Spec.Shards;

    public int Dimensions => Spec.Dimensions;

    public FieldSchema Schema { get; }

    public bool HasModel => Spec.Model != IndexSpec.NoModel;

    /// <summary>Those that were asked already, by number: making a reference costs as much as calling it. Two writing the same place write the same.</summary>
    public IShardGrain?[] KnownShards { get; }

    /// <summary>Which silo has which shard, as far as it is known; at 1 and on: which has the replicas of this number.</summary>
    public ShardRoutes RoutesOf(int replica) => _routes[replica];

    /// <summary>Whom the next search asks: the shards themselves (0) and each set of replicas in turn.</summary>
    public int NextReplica() => _routes.Length == 1 ? 0 : (int)((uint)Interlocked.Increment(ref _turn) % (uint)_routes.Length);

    /// <summary>The keys of its shards without the number.</summary>
    public string ShardPrefix { get; }

    public ShardKey Shard(int number) => new(Tenant, Name, Description.Incarnation, number);

    /// <summary>Whether this is a later state of the index than another one of the same name.</summary>
    public bool IsNewerThan(OpenIndex other) =>
        (Description.Incarnation, Version).CompareTo((other.Description.Incarnation, other.Version)) > 0;
}

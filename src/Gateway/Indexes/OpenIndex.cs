using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Gateway.Indexes;

/// <summary>One version of an index, ready for use: its field schema is built once.</summary>
internal sealed class OpenIndex
{
    public OpenIndex(IndexDescription description)
    {
        Description = description;
        Routes = new ShardRoutes(description.Spec.Shards);
        ShardPrefix = ShardKey.PrefixOf(TenantId.Parse(description.Tenant), description.Spec.Name, description.Incarnation);
        Tenant = TenantId.Parse(description.Tenant);
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

    /// <summary>Which silo has which shard, as far as it is known.</summary>
    public ShardRoutes Routes { get; }

    /// <summary>The keys of its shards without the number.</summary>
    public string ShardPrefix { get; }

    public ShardKey Shard(int number) => new(Tenant, Name, Description.Incarnation, number);

    /// <summary>Whether this is a later state of the index than another one of the same name.</summary>
    public bool IsNewerThan(OpenIndex other) =>
        (Description.Incarnation, Version).CompareTo((other.Description.Incarnation, other.Version)) > 0;
}

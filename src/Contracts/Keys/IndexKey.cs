using System.Globalization;

namespace ClipOrleans.Contracts.Keys;

/// <summary>An index of a tenant by name, without its incarnation: the key of the index grain, <c>tenant/index</c>.</summary>
public readonly record struct IndexKey(TenantId Tenant, string Name)
{
    /// <summary>The folder of the index's snapshots, relative to <c>Storage:Path</c>. It outlives the index.</summary>
    public string SnapshotsPath => Path.Combine("tenants", Tenant.Value, "snapshots", Name);

    /// <exception cref="FormatException">The text is not <c>tenant/index</c>.</exception>
    public static IndexKey Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && NameRule.IsValid(parts[1])
            ? new IndexKey(TenantId.Parse(parts[0]), parts[1])
            : throw new FormatException($"'{text}' is not an index key (tenant/index)");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tenant}/{Name}");
}

using System.Globalization;

namespace ClipOrleans.Contracts.Keys;

/// <summary>
/// One shard of one incarnation of an index: the key of the shard grain, <c>tenant/index-incarnation/shard</c>, and
/// its folder. An index deleted and created again gets a new incarnation, so it never meets its former rows.
/// </summary>
public readonly record struct ShardKey(TenantId Tenant, string Index, long Incarnation, int Shard)
{
    /// <summary>The folder of this shard, relative to <c>Storage:Path</c>.</summary>
    public string RelativePath => Path.Combine(IndexPath, "shards", Shard.ToString(CultureInfo.InvariantCulture));

    /// <summary>The folder of the index, relative to <c>Storage:Path</c>.</summary>
    public string IndexPath => Path.Combine(
        "tenants", Tenant.Value, "indexes", string.Create(CultureInfo.InvariantCulture, $"{Index}-{Incarnation}"));

    /// <exception cref="FormatException">The text is not <c>tenant/index-incarnation/shard</c>.</exception>
    public static ShardKey Parse(string text)
    {
        var parts = text.Split('/');
        if (parts.Length == 3 && parts[1].LastIndexOf('-') is var dash and > 0
            && NameRule.IsValid(parts[1][..dash])
            && long.TryParse(parts[1][(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var incarnation)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            && new ShardKey(TenantId.Parse(parts[0]), parts[1][..dash], incarnation, shard) is var key
            // One shard has one key: numbers are also read with zeros before and NULs behind.
            && key.ToString() == text)
        {
            return key;
        }

        throw new FormatException($"'{text}' is not a shard key (tenant/index-incarnation/shard)");
    }

    /// <summary>What the keys of all shards of one incarnation of an index have in common: all but the last slash and the number.</summary>
    public static string PrefixOf(TenantId tenant, string index, long incarnation) =>
        string.Create(CultureInfo.InvariantCulture, $"{tenant}/{index}-{incarnation}");

    /// <summary>The key of a shard of the index with this <see cref="PrefixOf"/>.</summary>
    public static string WithPrefix(string prefix, int shard) => string.Create(CultureInfo.InvariantCulture, $"{prefix}/{shard}");

    public override string ToString() => WithPrefix(PrefixOf(Tenant, Index, Incarnation), Shard);
}

using System.Globalization;

namespace ClipOrleans.Contracts.Keys;

/// <summary>The parts of the list of tenants: each holds the tenants whose names hash to it. It must never change: the parts on disk hold what it gave them.</summary>
public static class TenantDirectoryKey
{
    public const int Parts = 64;

    public static IEnumerable<string> All => Enumerable.Range(0, Parts).Select(Of);

    /// <summary>The part that lists a tenant.</summary>
    public static string Of(TenantId tenant) => Of(ShardRouting.ShardOf(tenant.Value, Parts));

    private static string Of(int part) => part.ToString("x2", CultureInfo.InvariantCulture);
}

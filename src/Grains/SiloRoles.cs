using System.Collections.Immutable;

namespace ClipOrleans.Grains;

/// <summary>What a process does. Grains are placed only on silos that have their role.</summary>
public sealed class SiloRoles
{
    /// <summary>Answers HTTP.</summary>
    public const string Gateway = "gateway";

    /// <summary>Holds shards, and all that touches the files of <c>Storage:Path</c>: tenants, indexes, snapshots.</summary>
    public const string Shard = "shard";

    /// <summary>Runs models.</summary>
    public const string Encoder = "encoder";

    private SiloRoles(ImmutableArray<string> names) => Names = names;

    /// <summary>Everything in one process.</summary>
    public static SiloRoles All { get; } = new([Gateway, Shard, Encoder]);

    /// <summary>The roles, always in the same order.</summary>
    public ImmutableArray<string> Names { get; }

    public bool HasGateway => Names.Contains(Gateway);

    public bool HasShard => Names.Contains(Shard);

    public bool HasEncoder => Names.Contains(Encoder);

    /// <summary>Hosts grains; a process that does not is a client of those that do.</summary>
    public bool IsSilo => HasShard || HasEncoder;

    /// <exception cref="ArgumentException">One of the names is no role.</exception>
    public static SiloRoles Of(params IEnumerable<string> names)
    {
        var asked = names.ToHashSet(StringComparer.Ordinal);
        return asked.Except(All.Names).FirstOrDefault() is { } unknown
            ? throw new ArgumentException($"'{unknown}' is no role.", nameof(names))
            : new([.. All.Names.Where(asked.Contains)]);
    }

    public override string ToString() => string.Join(", ", Names);
}

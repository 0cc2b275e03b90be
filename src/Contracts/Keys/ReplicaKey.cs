using System.Globalization;

namespace ClipOrleans.Contracts.Keys;

/// <summary>A read replica of a shard: the key of its grain, <c>tenant/index-incarnation/shard/rN</c>, N from 1.</summary>
public readonly record struct ReplicaKey(ShardKey Shard, int Number)
{
    private const string Mark = "/r";

    /// <exception cref="FormatException">The text is not the key of a replica.</exception>
    public static ReplicaKey Parse(string text)
    {
        var at = text.LastIndexOf(Mark, StringComparison.Ordinal);
        return at > 0 && int.TryParse(text.AsSpan(at + Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            && text.AsSpan(at + Mark.Length).SequenceEqual(number.ToString(CultureInfo.InvariantCulture))
            ? new ReplicaKey(ShardKey.Parse(text[..at]), number)
            : throw new FormatException($"'{text}' is not the key of a replica (tenant/index-incarnation/shard/rN)");
    }

    /// <summary>Whether a key is that of a replica rather than of a shard.</summary>
    public static bool Is(string key) => key.LastIndexOf('/') is var at && at >= 0 && at + 1 < key.Length && key[at + 1] == Mark[1];

    /// <summary>The key of the shard, of a shard's key or of a replica's.</summary>
    public static string ShardOf(string key) => Is(key) ? key[..key.LastIndexOf('/')] : key;

    /// <summary>The key of a replica; of the shard itself for number 0.</summary>
    public static string Of(string shard, int number) =>
        number == 0 ? shard : string.Create(CultureInfo.InvariantCulture, $"{shard}{Mark}{number}");

    public override string ToString() => Of(Shard.ToString(), Number);
}

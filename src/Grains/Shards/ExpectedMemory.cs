using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Grains.Shards;

/// <summary>What a shard will take when it is opened: what it took when it was open before, or else what the others take on average.</summary>
internal sealed class ExpectedMemory
{
    /// <summary>Shards that are remembered. When there are more, all are forgotten; what is open is learnt again by the next look.</summary>
    private const int Most = 16_384;

    private readonly Dictionary<ShardKey, long> _known = [];
    private long _mean;

    /// <param name="open">What every open shard takes now.</param>
    public void Learn(IEnumerable<(ShardKey Shard, long Bytes)> open)
    {
        var (count, sum) = (0, 0L);
        foreach (var (shard, bytes) in open)
        {
            if (_known.Count >= Most)
                _known.Clear();
            _known[shard] = bytes;
            sum += bytes;
            count++;
        }

        if (count > 0)
            _mean = sum / count;
    }

    public long Of(ShardKey shard) => _known.GetValueOrDefault(shard, _mean);
}

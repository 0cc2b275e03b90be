using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Search;

namespace ClipOrleans.Gateway.Search;

/// <summary>One shard's part of a search: what it answered, or why it did not.</summary>
internal sealed class Leg(int shard, ShardHits? hits, Error? error, double milliseconds)
{
    public int Shard { get; } = shard;

    public double Milliseconds { get; } = milliseconds;

    public ShardHits? Hits { get; private set; } = hits;

    public Error? Error { get; private set; } = error;

    /// <summary>A shard whose rows can't be read any more has not answered: its hits are not shown as if it had.</summary>
    public void Fail(Error error)
    {
        Hits = null;
        Error = error;
    }
}

/// <summary>A hit among those of all shards.</summary>
internal sealed class RankedHit(int shard, string id, float score, long locator)
{
    public int Shard { get; } = shard;

    public string Id { get; } = id;

    public float Score { get; } = score;

    public long Locator { get; } = locator;

    public DocumentRow? Row { get; set; }
}

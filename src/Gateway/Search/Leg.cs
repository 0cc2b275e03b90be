using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Search;

namespace ClipOrleans.Gateway.Search;

/// <summary>One shard's part of a search: what it answered, or why it did not.</summary>
/// <param name="shard">Its number.</param>
/// <param name="hits">What it answered.</param>
/// <param name="error">Why it did not.</param>
/// <param name="milliseconds">From asking to the answer.</param>
/// <param name="found">Hits that the shard had, before its silo left out those that others of its shards surpass.</param>
/// <param name="replica">0: the shard itself answered; otherwise the replica of this number.</param>
internal sealed class Leg(int shard, ShardHits? hits, Error? error, double milliseconds, int found, int replica = 0)
{
    public int Replica { get; } = replica;

    public int Shard { get; } = shard;

    public double Milliseconds { get; } = milliseconds;

    public ShardHits? Hits { get; private set; } = hits;

    public Error? Error { get; private set; } = error;

    /// <summary>The shard has more hits within the window than came.</summary>
    public bool IsCut => Hits is not null && Hits.Ids.Length < found;

    /// <summary>The shard has no more hits than a window of this size takes.</summary>
    public bool IsAll(int window) => Hits is null || found < window;

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

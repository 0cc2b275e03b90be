using System.Diagnostics.CodeAnalysis;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Grains.Placement;

/// <summary>
/// Who has which shard and who should: pure bookkeeping, no clock and no calls. The load of a shard is counted in mean
/// shards: 1 for being there, plus its bytes and its search time each divided by the mean of all shards. So many empty
/// shards spread by number, large ones by size, busy ones by traffic.
/// </summary>
internal sealed class ShardBalancer
{
    /// <summary>Below this a mean is noise: a few documents or one search a second must move no shard.</summary>
    private const double LeastMeanBytes = 1 << 20;
    private const double LeastMeanBusy = 0.02;

    private readonly Dictionary<string, Silo> _silos = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Shard> _shards = new(StringComparer.Ordinal);
    private double _bytes;
    private double _busy;

    public IReadOnlyCollection<string> Silos => _silos.Keys;

    public int Count => _shards.Count;

    /// <summary>A silo that may have shards, or what it says of itself now.</summary>
    public void Join(string silo, bool draining)
    {
        if (_silos.TryGetValue(silo, out var known))
            known.Draining = draining;
        else
            _silos.Add(silo, new Silo(silo) { Draining = draining });
    }

    /// <returns>The shards that the silo had: nobody has them now.</returns>
    public IReadOnlyList<string> Remove(string silo)
    {
        if (!_silos.Remove(silo, out var gone))
            return [];
        string[] orphans = [.. gone.Shards];
        foreach (var shard in orphans)
            Forget(shard);
        return orphans;
    }

    /// <summary>A shard is, or will be, on a silo; with what it costs there.</summary>
    public void Put(string shard, string silo, double bytes, double busy)
    {
        if (!_silos.TryGetValue(silo, out var owner))
            return;
        Forget(shard);
        _shards.Add(shard, new Shard(owner, bytes, busy));
        owner.Shards.Add(shard);
        Add(owner, bytes, busy);
    }

    public void Forget(string shard)
    {
        if (!_shards.Remove(shard, out var known))
            return;
        known.Silo.Shards.Remove(shard);
        Add(known.Silo, -known.Bytes, -known.Busy);
    }

    /// <summary>The silo that has a shard, or will have it.</summary>
    public bool TryFind(string shard, [NotNullWhen(true)] out string? silo)
    {
        silo = _shards.TryGetValue(shard, out var known) ? known.Silo.Address : null;
        return silo is not null;
    }

    public IReadOnlyCollection<string> ShardsOf(string silo) => _silos.TryGetValue(silo, out var known) ? known.Shards : [];

    public bool IsDraining(string silo) => _silos.TryGetValue(silo, out var known) && known.Draining;

    /// <summary>In mean shards.</summary>
    public double LoadOf(string silo) => _silos.TryGetValue(silo, out var known) ? LoadOf(known) : 0;

    /// <returns>Of the candidates that stay, preferably of those that have neither the shard nor a replica of it, the one with the least load; equal ones by address. Null when none stays.</returns>
    public string? Choose(string shard, IReadOnlyCollection<string> candidates) =>
        Choose([.. candidates.Where(silo => !_silos.TryGetValue(silo, out var known) || !IsBesideItsOwn(shard, known.Shards))]) ?? Choose(candidates);

    /// <returns>The candidate with the least load that stays; equal ones by address. Null when none stays.</returns>
    public string? Choose(IReadOnlyCollection<string> candidates)
    {
        Silo? best = null;
        var least = double.MaxValue;
        foreach (var address in candidates)
        {
            if (!_silos.TryGetValue(address, out var silo) || silo.Draining)
                continue;
            var load = LoadOf(silo);
            if (load < least || (load == least && string.CompareOrdinal(address, best!.Address) < 0))
                (best, least) = (silo, load);
        }

        return best?.Address;
    }

    /// <summary>
    /// The next hand-over: from the silo with the most to the one with the least, of the shard that brings the nearer of
    /// them to the mean of all, so that neither has to move another one back. Null when the two differ by less than moving
    /// is worth, a mean shard.
    /// </summary>
    public (string Shard, string From, string To)? NextMove()
    {
        var (most, least) = Extremes();
        if (most is null || least is null || ReferenceEquals(most, least))
            return null;
        var (high, low) = (LoadOf(most), LoadOf(least));
        var staying = _silos.Values.Where(silo => !silo.Draining).ToList();
        var total = staying.Sum(LoadOf);
        if (high - low <= total / Math.Max(1, staying.Sum(silo => silo.Shards.Count)) * (1 + 1e-9))
            return null;

        var goal = Math.Min(high - (total / staying.Count), (total / staying.Count) - low);
        string? chosen = null;
        var nearest = double.MaxValue;
        foreach (var shard in most.Shards)
        {
            var load = LoadOf(_shards[shard]);
            var miss = Math.Abs(load - goal);
            if (load < high - low && !IsBesideItsOwn(shard, least.Shards) && (miss < nearest || (miss == nearest && string.CompareOrdinal(shard, chosen) < 0)))
                (chosen, nearest) = (shard, miss);
        }

        return chosen is null ? null : (chosen, most.Address, least.Address);
    }

    /// <summary>Of a shard and its replicas no two should be on one silo.</summary>
    private static bool IsBesideItsOwn(string shard, HashSet<string> others)
    {
        var own = ReplicaKey.ShardOf(shard);
        for (var number = 0; number <= Limits.MaxReplicas; number++)
        {
            if (ReplicaKey.Of(own, number) is var sibling && sibling != shard && others.Contains(sibling))
                return true;
        }

        return false;
    }

    private (Silo? Most, Silo? Least) Extremes()
    {
        Silo? most = null;
        Silo? least = null;
        foreach (var silo in _silos.Values)
        {
            if (silo.Draining)
                continue;
            var load = LoadOf(silo);
            if (most is null || load > LoadOf(most))
                most = silo;
            if (least is null || load < LoadOf(least))
                least = silo;
        }

        return (most, least);
    }

    private void Add(Silo silo, double bytes, double busy)
    {
        silo.Bytes += bytes;
        silo.Busy += busy;
        _bytes += bytes;
        _busy += busy;
    }

    private double LoadOf(Silo silo) => silo.Shards.Count + (silo.Bytes / MeanBytes) + (silo.Busy / MeanBusy);

    private double LoadOf(Shard shard) => 1 + (shard.Bytes / MeanBytes) + (shard.Busy / MeanBusy);

    private double MeanBytes => Math.Max(LeastMeanBytes, _bytes / Math.Max(1, _shards.Count));

    private double MeanBusy => Math.Max(LeastMeanBusy, _busy / Math.Max(1, _shards.Count));

    private sealed class Silo(string address)
    {
        public string Address { get; } = address;

        public bool Draining { get; set; }

        public HashSet<string> Shards { get; } = new(StringComparer.Ordinal);

        public double Bytes { get; set; }

        public double Busy { get; set; }
    }

    private sealed record Shard(Silo Silo, double Bytes, double Busy);
}

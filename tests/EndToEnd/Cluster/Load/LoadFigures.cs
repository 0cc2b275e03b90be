using System.Collections.Concurrent;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>What the clients of a load saw. What is wrong is not counted: it ends the test.</summary>
internal sealed class LoadFigures
{
    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _failed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, double> _longest = new(StringComparer.Ordinal);
    private int _acknowledged;
    private int _hits;
    private int _partial;
    private int _brute;
    private int _readBack;

    public int Requests => _requests.Values.Sum();

    public int Failed => _failed.Values.Sum();

    /// <summary>Documents whose write was answered.</summary>
    public int Acknowledged => _acknowledged;

    /// <summary>Hits that were compared with what they may be.</summary>
    public int Hits => _hits;

    /// <summary>Searches that said that shards were missing.</summary>
    public int Partial => _partial;

    /// <summary>Whole exact answers that were compared with brute force.</summary>
    public int Brute => _brute;

    /// <summary>Documents that were read right after their write was answered.</summary>
    public int ReadBack => _readBack;

    /// <summary>Failed requests by what was asked and why it failed.</summary>
    public IReadOnlyDictionary<string, int> FailedByKind => _failed;

    /// <summary>How it stands at this moment.</summary>
    public LoadMoment Now => new(Requests, Partial, _acknowledged, new Dictionary<string, int>(_failed, StringComparer.Ordinal));

    public void Answered(string what, Reply reply)
    {
        _requests.AddOrUpdate(what, 1, static (_, count) => count + 1);
        _longest.AddOrUpdate(what, reply.Took.TotalSeconds, (_, longest) => Math.Max(longest, reply.Took.TotalSeconds));
        if (reply.IsFailed)
            Fail(what, reply.Kind);
    }

    public void Fail(string what, string kind) => _failed.AddOrUpdate($"{what}: {kind}", 1, static (_, count) => count + 1);

    public void Acknowledge(int documents) => Interlocked.Add(ref _acknowledged, documents);

    public void CheckHits(int hits) => Interlocked.Add(ref _hits, hits);

    public void WasPartial() => Interlocked.Increment(ref _partial);

    public void CompareWhole() => Interlocked.Increment(ref _brute);

    public void Reread() => Interlocked.Increment(ref _readBack);

    public override string ToString() =>
        $"{Requests} requests, {Failed} failed, {Partial} partial, {Acknowledged} documents acknowledged; longest: {string.Join(", ", _longest.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value:F1} s"))}"
        + string.Concat(_failed.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"\n  {pair.Value} × {pair.Key}"));
}

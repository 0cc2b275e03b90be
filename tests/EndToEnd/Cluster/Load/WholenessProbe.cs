using System.Collections.Concurrent;
using System.Diagnostics;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>Asks every 20 ms whether a search has all shards, with little time for it: so it is known since when searches are whole again.</summary>
internal sealed class WholenessProbe : IAsyncDisposable
{
    private const int TimeoutMilliseconds = 250;
    private const int MaxUnderWay = 24;
    private const string Whole = "whole";

    /// <summary>Half a second: after that a search that is late is late for other reasons.</summary>
    private const int InARow = 25;

    /// <summary>A search that began so long ago has its answer.</summary>
    private static readonly TimeSpan s_answered = TimeSpan.FromMilliseconds(2 * TimeoutMilliseconds);
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(20);

    private readonly GatewayPool _pool;
    private readonly LoadFigures _figures = new();
    private readonly string _index;
    private readonly StillDocuments _still;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _probing;
    private readonly ConcurrentQueue<(long At, string State)> _seen = new();
    private int _underWay;

    public WholenessProbe(IEnumerable<SiloProcess> gateways, string index, StillDocuments still)
    {
        (_pool, _index, _still) = (GatewayPool.Open(gateways, _figures), index, still);
        _probing = ProbeAsync();
    }

    /// <summary>Waits until searches are whole.</summary>
    /// <param name="since">A time stamp: what happened then made searches incomplete.</param>
    /// <returns>From then until the first of so many searches that were whole one after the other; zero when all were.</returns>
    public async Task<TimeSpan> UntilWholeAsync(long since)
    {
        long? whole = null;
        await Deadline.UntilAsync(
            () =>
            {
                whole = FindWhole(since);
                return Task.FromResult(whole is not null || _probing.IsFaulted);
            },
            Deadline.Long,
            () => $"searches are whole.\n{Timeline(since)}");
        if (_probing.IsFaulted)
            await _probing;
        return Stopwatch.GetElapsedTime(since, whole!.Value);
    }

    /// <summary>What the probes saw, second by second: whole, so many shards missing, or why there was no answer.</summary>
    public string Timeline(long since) => string.Join('\n', _seen
        .Where(probe => probe.At >= since)
        .GroupBy(probe => (int)Stopwatch.GetElapsedTime(since, probe.At).TotalSeconds)
        .OrderBy(static second => second.Key)
        .Select(static second => $"  {second.Key,3} s: {string.Join(", ", second.GroupBy(static probe => probe.State).OrderBy(static state => state.Key, StringComparer.Ordinal).Select(static state => $"{state.Count()} × {state.Key}"))}"));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _probing;
        await _pool.DisposeAsync();
        _end.Dispose();
    }

    private async Task ProbeAsync()
    {
        using var timer = new PeriodicTimer(s_period);
        var random = new Random(1);
        var probes = new List<Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                var query = _still.Choose(random);
                if (Volatile.Read(ref _underWay) < MaxUnderWay)
                    probes.Add(ProbeAsync(query));
                foreach (var done in probes.Where(static probe => probe.IsCompleted).ToList())
                {
                    probes.Remove(done);
                    await done;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody asks any more.
        }

        await Task.WhenAll(probes);
    }

    private async Task ProbeAsync(StillDocuments.Query query)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            var started = Stopwatch.GetTimestamp();
            var body = query.Body();
            body["timeoutMs"] = TimeoutMilliseconds;
            var reply = await _pool.SendAsync("probe", HttpMethod.Post, $"v1/indexes/{_index}/search", body);
            var missing = reply.IsFailed ? 0 : (int)reply.Good.Ok()["shards"]!["failed"]!;
            _seen.Enqueue((started, reply.IsFailed ? reply.Kind : missing == 0 ? Whole : $"{missing} missing"));
            if (!reply.IsFailed && missing == 0)
                query.Check(reply.Good.Json["hits"]!.AsArray(), (int)reply.Good.Json["total"]!, isPartial: false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <returns>When the first search of a row of whole ones began; those that are still under way are not looked at.</returns>
    private long? FindWhole(long since)
    {
        var (first, row) = (since, 0);
        foreach (var (at, state) in _seen.Where(probe => probe.At >= since && Stopwatch.GetElapsedTime(probe.At) > s_answered).OrderBy(static probe => probe.At))
        {
            if (state != Whole)
                row = 0;
            else if (row++ == 0)
                first = at;
            if (row == InARow)
                return first;
        }

        return null;
    }
}

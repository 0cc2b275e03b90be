using System.Diagnostics;

namespace ClipOrleans.Bench.Servers;

/// <summary>Waits until servers do next to nothing: what they do in the background after writes would otherwise be measured with the searches.</summary>
internal static class IdleServers
{
    /// <summary>Idle: below this share of a core in so many looks in a row.</summary>
    private const double IdleShare = 0.1;
    private const int IdleLooks = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <exception cref="TimeoutException">They are still at work after a quarter of an hour.</exception>
    public static async Task UntilAsync(params IReadOnlyCollection<ServerProcess> servers)
    {
        var waited = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(Look);
        var (before, idle) = (TimeOf(servers), 0);
        while (idle < IdleLooks && await pause.WaitForNextTickAsync())
        {
            var now = TimeOf(servers);
            idle = now - before < Look * IdleShare * servers.Count ? idle + 1 : 0;
            before = now;
            if (waited.Elapsed > Limit)
                throw new TimeoutException($"The servers are still at work {Limit.TotalMinutes} minutes after the last request.");
        }
    }

    private static TimeSpan TimeOf(IReadOnlyCollection<ServerProcess> servers) =>
        servers.Aggregate(TimeSpan.Zero, (sum, server) => sum + server.ProcessorTime);
}

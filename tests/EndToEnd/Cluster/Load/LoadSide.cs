namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>Clients on one side of a divided network: they know the gateways of their side only, ready or not.</summary>
internal sealed class LoadSide : IAsyncDisposable
{
    private readonly GatewayPool _pool;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running;

    public LoadSide(GatewayPool pool, LoadFigures figures, params IEnumerable<Func<Task>> clients)
    {
        (_pool, Figures) = (pool, figures);
        _running = [.. clients.Select(client => ClusterLoad.RunAsync(client, _stop.Token))];
    }

    public LoadFigures Figures { get; }

    /// <summary>Waits until all that was sent is answered; fails when a client saw something wrong.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    /// <summary>Fails when a client saw something wrong.</summary>
    public async Task ThrowIfWrongAsync()
    {
        foreach (var failed in _running.Where(static client => client.IsFaulted).ToList())
            await failed;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _pool.DisposeAsync();
        _stop.Dispose();
    }
}

using ClipOrleans.Client;

namespace ClipOrleans.Bench.Servers;

/// <summary>A server to measure: one that already runs (its address is given), or the built one in a process of its own on an empty data folder.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly ServerProcess? _process;
    private readonly DirectoryInfo? _data;

    private BenchServer(Uri address, ServerProcess? process, DirectoryInfo? data)
    {
        (Address, _process, _data) = (address, process, data);
        Client = ClientOf(address);
    }

    public Uri Address { get; }

    public ClipOrleansClient Client { get; }

    /// <summary>The process that was started here.</summary>
    /// <exception cref="InvalidOperationException">The server runs elsewhere.</exception>
    public ServerProcess Process => _process ?? throw new InvalidOperationException("The server runs elsewhere: what it does is not known.");

    public static ClipOrleansClient ClientOf(Uri address) =>
        new(new ClipOrleansClientOptions { BaseAddress = address, RetryFor = TimeSpan.FromSeconds(60) });

    public static async Task<BenchServer> OpenAsync(string? url, params string[] settings)
    {
        if (url is not null)
        {
            var running = new BenchServer(new Uri(url), null, null);
            return await running.Client.IsReadyAsync() ? running : throw new InvalidOperationException($"Nothing is ready at {url}.");
        }

        var data = Directory.CreateTempSubdirectory("cliporleans-bench-");
        var process = ServerProcess.Launch(data.FullName, ServerProcess.FreePorts(3), settings);
        var server = new BenchServer(process.Address, process, data);
        await process.UntilReadyAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _data!.Delete(recursive: true);
        }
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Client;

namespace ClipOrleans.Bench.Servers;

/// <summary>A server to measure: one that already runs (its address is given), or the built one in a process of its own on an empty data folder.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(15);

    /// <summary>Idle: below this share of a core in so many looks in a row.</summary>
    private const double IdleShare = 0.1;
    private const int IdleLooks = 4;
    private static readonly TimeSpan IdleLook = TimeSpan.FromMilliseconds(500);

    private readonly Process? _process;
    private readonly DirectoryInfo? _data;

    private BenchServer(Uri address, Process? process, DirectoryInfo? data)
    {
        (Address, _process, _data) = (address, process, data);
        Client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = address, RetryFor = TimeSpan.FromSeconds(60) });
    }

    public Uri Address { get; }

    public ClipOrleansClient Client { get; }

    public static async Task<BenchServer> OpenAsync(string? url, params string[] settings)
    {
        if (url is not null)
        {
            var running = new BenchServer(new Uri(url), null, null);
            return await running.Client.IsReadyAsync() ? running : throw new InvalidOperationException($"Nothing is ready at {url}.");
        }

        var ports = FreePorts(3);
        var address = new Uri($"http://127.0.0.1:{ports[0]}");
        var data = Directory.CreateTempSubdirectory("cliporleans-bench-");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                SiloPath(),
                $"--urls={address.GetLeftPart(UriPartial.Authority)}",
                $"--Storage:Path={data.FullName}",
                $"--Cluster:SiloPort={ports[1]}",
                $"--Cluster:GatewayPort={ports[2]}",
            },
            RedirectStandardOutput = true,
        };
        foreach (var setting in settings)
        {
            start.ArgumentList.Add(setting);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The silo did not start.");
        process.OutputDataReceived += (_, _) => { }; // drained, so that a full pipe cannot stop the server
        process.BeginOutputReadLine();
        var server = new BenchServer(address, process, data);
        await server.UntilReadyAsync();
        return server;
    }

    /// <summary>
    /// Waits until the server that was started here does next to nothing: what it does in the background after writes would
    /// otherwise be measured with the searches.
    /// </summary>
    /// <exception cref="TimeoutException">It is still at work after a quarter of an hour.</exception>
    public async Task UntilIdleAsync()
    {
        var process = _process ?? throw new InvalidOperationException("The server runs elsewhere: what it does is not known.");
        var waited = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(IdleLook);
        var (before, idle) = (process.TotalProcessorTime, 0);
        while (idle < IdleLooks && await pause.WaitForNextTickAsync())
        {
            process.Refresh();
            var now = process.TotalProcessorTime;
            idle = now - before < IdleLook * IdleShare ? idle + 1 : 0;
            before = now;
            if (waited.Elapsed > IdleLimit)
            {
                throw new TimeoutException($"The server is still at work {IdleLimit.TotalMinutes} minutes after the last request.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _data!.Delete(recursive: true);
        }
    }

    private async Task UntilReadyAsync()
    {
        var waited = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await Client.IsReadyAsync())
        {
            if (_process!.HasExited || waited.Elapsed > StartLimit)
            {
                throw new InvalidOperationException($"The silo is not ready after {waited.Elapsed.TotalSeconds:F0} s (ended: {_process.HasExited}).");
            }

            await pause.WaitForNextTickAsync();
        }
    }

    private static string SiloPath()
    {
        var path = Path.Combine(Machine.Repository, "artifacts", "bin", "Silo", "release", "ClipOrleans.Silo.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run the bench with -c Release.", path);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}

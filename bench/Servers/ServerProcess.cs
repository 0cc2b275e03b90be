using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Client;

namespace ClipOrleans.Bench.Servers;

/// <summary>The built server in a process of its own on loopback: what it is told, what it prints, what it has used.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;

    /// <summary>What is kept of the output for the message of a failure.</summary>
    private const int KeptLines = 40;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ServerProcess(Uri address, Process process) => (Address, _process) = (address, process);

    public Uri Address { get; }

    public int Id => _process.Id;

    /// <summary>Processor time of all its threads so far, in the kernel's ticks of 10 ms.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    private string Output => string.Join('\n', _lines);

    /// <summary>Starts it on three free ports, and does not wait.</summary>
    public static ServerProcess Launch(string data, IReadOnlyList<int> ports, params IEnumerable<string> settings)
    {
        var address = new Uri($"http://127.0.0.1:{ports[0]}");
        string[] arguments =
        [
            SiloPath(),
            $"--urls={address.GetLeftPart(UriPartial.Authority)}",
            $"--Storage:Path={data}",
            $"--Cluster:SiloPort={ports[1]}",
            $"--Cluster:GatewayPort={ports[2]}",
            .. settings,
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = new Process { StartInfo = start };
        var server = new ServerProcess(address, process);
        process.OutputDataReceived += (_, line) => server.Keep(line.Data); // drained, so that a full pipe cannot stop the server
        process.ErrorDataReceived += (_, line) => server.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Ports of loopback that nobody listens on, all different.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    /// <summary>Waits until it says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It has ended, or takes too long.</exception>
    public async Task UntilReadyAsync()
    {
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = Address });
        var waited = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await client.IsReadyAsync())
        {
            if (_process.HasExited || waited.Elapsed > StartLimit)
                throw new InvalidOperationException($"The server is not ready after {waited.Elapsed.TotalSeconds:F0} s (ended: {_process.HasExited}).\n{Output}");
            await pause.WaitForNextTickAsync();
        }
    }

    /// <summary>Ends it in order: what it derived from its logs is kept for the next start.</summary>
    /// <exception cref="InvalidOperationException">It ended with an error, or not at all.</exception>
    public async Task StopAsync()
    {
        if (SendSignal(_process.Id, SigTerm) != 0)
            throw new InvalidOperationException($"The server could not be asked to stop: error {Marshal.GetLastPInvokeError()}.\n{Output}");
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"The server did not end within {StopLimit.TotalSeconds:F0} s of being asked to.\n{Output}");
        }

        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"The server ended with {_process.ExitCode}.\n{Output}");
    }

    /// <summary>Kills it if it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _lines.Enqueue(line);
        if (_lines.Count > KeptLines)
            _lines.TryDequeue(out _);
    }

    private static string SiloPath()
    {
        var path = Path.Combine(Machine.Repository, "artifacts", "bin", "Silo", "release", "ClipOrleans.Silo.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run the bench with -c Release.", path);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}

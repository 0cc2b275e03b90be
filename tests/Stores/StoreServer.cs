using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ClipOrleans.Stores;

/// <summary>A server process of a test: started on a free port of loopback, with its files in a folder of its own, gone with the test.</summary>
internal abstract class StoreServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cliporleans-store-");
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    public int Port { get; } = FreePort();

    protected string Folder => _folder.FullName;

    /// <summary>What the server says when it takes connections.</summary>
    protected abstract string ReadyWords { get; }

    /// <summary>The program and its arguments.</summary>
    protected abstract string[] Command { get; }

    /// <summary>Starts it, or starts it again with the files it had; returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo(Command[0], Command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"{Command[0]} ended.\n{string.Join('\n', _lines)}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(s_patience);

        void Read(string? line)
        {
            if (line is null)
                return;
            _lines.Enqueue(line);
            if (line.Contains(ReadyWords, StringComparison.Ordinal))
                ready.TrySetResult();
        }
    }

    /// <summary>Kills it: nobody who is connected is told.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Where a program is; a test that needs one that this machine lacks is skipped by name.</summary>
    protected static string Find(string program, params IEnumerable<string> folders)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(folders).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{program} is not installed");
        return path!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

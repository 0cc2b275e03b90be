using System.Diagnostics;

namespace ClipOrleans.Bench.Servers;

/// <summary>A Redis for the members of a cluster: on a port of its own, and nothing of it is kept.</summary>
internal sealed class RedisStore : IAsyncDisposable
{
    private const string Program = "redis-server";
    private const string ReadyWords = "Ready to accept connections";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private RedisStore(Process process, DirectoryInfo folder, int port) => (_process, _folder, ConnectionString) = (process, folder, $"127.0.0.1:{port}");

    public string ConnectionString { get; }

    /// <summary>Starts it; returns when it takes connections.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static async Task<RedisStore> StartAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{Program} is not installed: the members of a cluster find each other in Redis. On Debian it is in the package redis-server (apt-get install redis-server).");
        var folder = Directory.CreateTempSubdirectory("cliporleans-bench-redis-");
        var port = ServerProcess.FreePorts(1)[0];
        var start = new ProcessStartInfo(path, ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder.FullName, "--save", "", "--appendonly", "no"]) { RedirectStandardOutput = true };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(ReadyWords, StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"{Program} ended before it took connections."));
        process.Start();
        process.BeginOutputReadLine();
        var store = new RedisStore(process, folder, port);
        try
        {
            await ready.Task.WaitAsync(StartLimit);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}

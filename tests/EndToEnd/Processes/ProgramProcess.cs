using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClipOrleans.EndToEnd.Processes;

/// <summary>A built program in a process of its own: its output kept, its signals sent by process id.</summary>
internal sealed partial class ProgramProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    /// <summary>What is kept of a process's output for the message of a failed test.</summary>
    private const int KeptLines = 400;

    /// <summary>A folder where the whole output of each process is kept, as a file named after its id.</summary>
    private static readonly string? s_logs = Environment.GetEnvironmentVariable("CLIPORLEANS_TEST_LOGS");

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Lock _writing = new();
    private StreamWriter? _log;

    private ProgramProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output => string.Join('\n', _lines);

    /// <summary>Resident memory now, in bytes, as the kernel counts it.</summary>
    public long ResidentBytes => StatusBytes("VmRSS:");

    /// <summary>The most resident memory the process ever had, in bytes.</summary>
    public long PeakResidentBytes => StatusBytes("VmHWM:");

    public static ProgramProcess Start(
        string program, IEnumerable<string> arguments, string workingFolder, IReadOnlyDictionary<string, string>? environment = null, Machine? machine = null)
    {
        string[] command = [.. (machine ?? Machine.Own).Prefix, "dotnet", program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var started = new ProgramProcess(process);
        process.OutputDataReceived += (_, line) => started.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => started.Keep(line.Data);
        process.Start();
        started.OpenLog(start.ArgumentList);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return started;
    }

    /// <summary>kill -9: no handler runs, no buffer is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>What a container runtime sends first.</summary>
    public void Terminate() => Send(SigTerm);

    /// <summary>All its threads stand still, at whatever they were doing, until <see cref="Continue"/>.</summary>
    public void Stop() => Send(SigStop);

    public void Continue() => Send(SigCont);

    /// <summary>Waits for the end and for the last line of output.</summary>
    public async Task<int> ExitAsync()
    {
        using var cancel = new CancellationTokenSource(Deadline.Long);
        try
        {
            await _process.WaitForExitAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Process {_process.Id} did not end within {Deadline.Long.TotalSeconds} s.\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        lock (_writing)
        {
            _log?.Dispose();
            _log = null;
        }
    }

    private void Send(int signal)
    {
        if (SendSignal(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} to {_process.Id}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    private void OpenLog(IEnumerable<string> arguments)
    {
        if (s_logs is not { Length: > 0 })
        {
            return;
        }

        lock (_writing)
        {
            Directory.CreateDirectory(s_logs);
            _log = new StreamWriter(Path.Combine(s_logs, $"{_process.Id}.log")) { AutoFlush = true };
            _log.WriteLine(string.Join(' ', arguments));
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_writing)
        {
            _log?.WriteLine(line);
        }

        _lines.Enqueue(line);
        if (_lines.Count > KeptLines)
        {
            _lines.TryDequeue(out _);
        }
    }

    private long StatusBytes(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), null);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}

using System.Diagnostics;
using System.Text.Json;

namespace ClipOrleans.Bench.Vectors;

/// <summary>A peer's harness under way: what it prints is lines of JSON.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly string _called;
    private readonly Process _process;

    public PeerProcess(string program, IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        _called = $"{program} {string.Join(' ', arguments)}";
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    /// <summary>Runs it to its end.</summary>
    public static List<JsonElement> Lines(string program, IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        using var process = new PeerProcess(program, arguments, environment);
        var lines = new List<JsonElement>();
        while (process.NextLine() is { } line)
            lines.Add(line);
        return lines;
    }

    /// <summary>Null when it has ended.</summary>
    /// <exception cref="InvalidOperationException">It has ended with an error.</exception>
    public JsonElement? NextLine()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith('{'))
                return JsonDocument.Parse(line).RootElement;
        }

        _process.WaitForExit();
        return _process.ExitCode == 0 ? null : throw new InvalidOperationException($"{_called} ended with {_process.ExitCode}.");
    }

    /// <summary>Lets it begin what it said it is ready for.</summary>
    public void Go()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}

using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Serve;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Serve;

// Danger: a server that outlives the command that started it, or is killed before it has drained.
// Invariant: the child gets the options and the wish to end, takes its time, and its exit code is the command's.
// Method: a shell script in the server's place.
public sealed class ServeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Options_go_through_and_the_exit_code_comes_back()
    {
        var script = _folder.Script($"printf '%s\\n' \"$@\" > {_folder.At("arguments")}; exit 7");
        var code = await ChildProcess.RunAsync(Silo(script).StartInfo(["--urls", "http://127.0.0.1:1", "--Storage:Path=a b"]), default);
        Assert.Equal(7, code);
        Assert.Equal(["--urls", "http://127.0.0.1:1", "--Storage:Path=a b"], await File.ReadAllLinesAsync(_folder.At("arguments"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stop_reaches_the_child_and_is_waited_for()
    {
        var ready = _folder.At("ready");
        var script = _folder.Script($"trap 'echo drained > {_folder.At("drained")}; exit 3' TERM\n: > {ready}\nwhile :; do sleep 0.1; done");
        using var stop = new CancellationTokenSource();
        using var watch = new FileSystemWatcher(_folder.Path, "ready");
        var started = new TaskCompletionSource();
        watch.Created += (_, _) => started.TrySetResult();
        watch.EnableRaisingEvents = true;
        var run = ChildProcess.RunAsync(Silo(script).StartInfo([]), stop.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        Assert.Equal(3, await run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(_folder.At("drained")));
    }

    [Fact]
    public void The_program_is_found_by_variable_beside_clip_or_in_the_build_output()
    {
        var home = Path.Combine(_folder.Path, "artifacts", "bin", "Cli", "debug");
        Directory.CreateDirectory(home);
        Assert.Contains(SiloExecutable.Variable, Assert.Throws<CliError>(() => SiloExecutable.Find(home, _ => null)).Hint, StringComparison.Ordinal);
        var release = _folder.File("artifacts/bin/Silo/release/ClipOrleans.Silo.dll", "");
        Assert.Equal(release, SiloExecutable.Find(home, _ => null).Path);
        var debug = _folder.File("artifacts/bin/Silo/debug/ClipOrleans.Silo.dll", "");
        Assert.Equal(debug, SiloExecutable.Find(home, _ => null).Path);
        var beside = _folder.File("artifacts/bin/Cli/debug/ClipOrleans.Silo.dll", "");
        Assert.Equal(beside, SiloExecutable.Find(home, _ => null).Path);
        Assert.Equal(release, SiloExecutable.Find(home, _ => release).Path);
        Assert.Throws<CliError>(() => SiloExecutable.Find(home, _ => _folder.At("gone")));
    }

    private static SiloExecutable Silo(string path) => SiloExecutable.Find("/", _ => path);
}

using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Models;
using ClipOrleans.Cli.Serve;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Models;

// Danger: half a model under a model's name, loaded by a running server.
// Invariant: a model is registered whole or not at all, and only after the server's own program has accepted it.
// Method: a shell script gives the verdicts; folders are copied, stopped and compared.
public sealed class ModelAddTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_is_copied_whole_under_its_name()
    {
        _folder.File("export/config.json", "{}");
        _folder.File("export/onnx/vision_model.onnx", "weights");
        var added = await ModelFolder.AddAsync(_folder.At("export"), _folder.At("models"), "big", default);
        Assert.Equal(_folder.At("models/big"), added);
        Assert.Equal("weights", await File.ReadAllTextAsync(Path.Combine(added, "onnx", "vision_model.onnx"), TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFileSystemEntries(_folder.At("models")));
        await Assert.ThrowsAsync<CliError>(() => ModelFolder.AddAsync(_folder.At("export"), _folder.At("models"), "big", default));
    }

    [Theory]
    [InlineData("../big")]
    [InlineData("..")]
    [InlineData(".big")]
    public async Task A_name_that_leaves_the_folder_is_refused(string name)
    {
        _folder.File("export/config.json", "{}");
        await Assert.ThrowsAsync<CliError>(() => ModelFolder.AddAsync(_folder.At("export"), _folder.At("models"), name, default));
    }

    [Fact]
    public async Task A_copy_that_is_stopped_leaves_nothing()
    {
        _folder.File("export/config.json", "{}");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModelFolder.AddAsync(_folder.At("export"), _folder.At("models"), "big", stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.At("models")));
    }

    [Fact]
    public async Task The_servers_program_gives_the_verdict()
    {
        var good = await ModelCheck.RunAsync(Silo("""[ "$1 $2 $4" = "models check --json" ] && echo '{"ok":true,"name":"big","revision":"r1","dimensions":512,"problems":[]}'"""), "folder", default);
        Assert.Equal((true, "big", 512), (good.Ok, good.Name, good.Dimensions));
        var bad = await ModelCheck.RunAsync(Silo("""echo '{"ok":false,"problems":["no text tower"]}'; exit 1"""), "folder", default);
        Assert.Equal((false, "no text tower"), (bad.Ok, bad.Problems.Single()));
        var none = await Assert.ThrowsAsync<CliError>(() => ModelCheck.RunAsync(Silo("echo out of memory >&2; exit 134"), "folder", default));
        Assert.Contains("out of memory", none.Message, StringComparison.Ordinal);
    }

    private SiloExecutable Silo(string body)
    {
        var script = _folder.Script(body);
        return SiloExecutable.Find("/", _ => script);
    }
}

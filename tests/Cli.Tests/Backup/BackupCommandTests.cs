using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace ClipOrleans.Cli.Tests.Backup;

// Danger: a backup that everybody believes in and that is half or altered; one that overwrites the last good one.
// Invariant: what stands under the target's name was read back to its last byte; a damaged backup is named and never sent.
// Method: whole runs of the command against a server on a real socket that sends, cuts and alters archives.
public sealed class BackupCommandTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("photos.tar")]
    [InlineData("photos")]
    public async Task What_was_backed_up_is_restored_to_the_byte(string name)
    {
        var target = Path.Combine(_folder.Path, name);
        await using var server = (await FakeServer.StartAsync()).Then(Made("creating")).Then(Made("ready")).Then(Sends(SampleBackup.Archive(SampleBackup.Files))).Then(Nothing);
        var run = await ClipRun.Of(new EagerClock(), "backup", "photos", target, "--url", server.Address.ToString());
        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("42 documents", run.Out, StringComparison.Ordinal);
        Assert.Equal(["POST /v1/indexes/photos/snapshots", "GET /v1/indexes/photos/snapshots/s1", "GET /v1/indexes/photos/snapshots/s1/archive", "DELETE /v1/indexes/photos/snapshots/s1"], server.Requests);
        Assert.Equal([target], Directory.EnumerateFileSystemEntries(_folder.Path));

        byte[] sent = [];
        server.Then(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            sent = body.ToArray();
            await FakeServer.AnswerAsync(context, 201, Description("copy"));
        });
        var restored = await ClipRun.Of(server.Address, "restore", target, "--name", "copy");
        Assert.Equal((ExitCodes.Ok, ""), (restored.ExitCode, restored.Error));
        Assert.Equal("POST /v1/restore?name=copy", server.Requests.Last());
        Assert.Equal(SampleBackup.Files.Select(file => (file.Path, Convert.ToHexString(file.Bytes))), await UnpackAsync(sent));
    }

    [Theory]
    [InlineData("photos.tar")]
    [InlineData("photos")]
    public async Task An_archive_that_breaks_off_leaves_nothing_and_the_servers_snapshot_goes(string name)
    {
        var target = Path.Combine(_folder.Path, name);
        var archive = SampleBackup.Archive(SampleBackup.Files);
        await using var server = (await FakeServer.StartAsync()).Then(Made("ready")).Then(async context =>
        {
            context.Response.ContentLength = archive.Length;
            await context.Response.Body.WriteAsync(archive.AsMemory(0, archive.Length / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
        }).Then(Nothing);
        var run = await ClipRun.Of(server.Address, "backup", "photos", target);
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
        Assert.Equal("DELETE /v1/indexes/photos/snapshots/s1", server.Requests.Last());
    }

    [Fact]
    public async Task A_file_that_was_altered_on_its_way_is_named()
    {
        var files = SampleBackup.Files.Select(file => file.Path == "shards/1/log.0" ? (file.Path, Flipped(file.Bytes)) : file);
        await using var server = (await FakeServer.StartAsync()).Then(Made("ready")).Then(Sends(SampleBackup.Archive(files))).Then(Nothing);
        var run = await ClipRun.Of(server.Address, "backup", "photos", Path.Combine(_folder.Path, "photos.tar"));
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("shards/1/log.0", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_damaged_backup_is_named_and_never_sent()
    {
        await using var server = await FakeServer.StartAsync();
        var path = Path.Combine(_folder.Path, "photos.tar");
        var whole = SampleBackup.Archive(SampleBackup.Files);
        (byte[] Bytes, string Named)[] damaged =
        [
            (whole[..1_000], "backup.json"),
            (whole[..400], "archive"),
            (whole[..200_000], "shards/0/log.0"),
            (SampleBackup.Archive(SampleBackup.Files.SkipLast(1)), "shards/1/commit.mark"),
            (SampleBackup.Archive([.. SampleBackup.Files, ("../evil", [1])]), "../evil"),
            (SampleBackup.Archive(SampleBackup.Files.Skip(1)), "backup.json"),
            (SampleBackup.Archive(SampleBackup.Files.Select(file => file.Path == "backup.json" ? (file.Path, Flipped(file.Bytes)) : file)), "backup.json"),
            ([], "archive"),
        ];
        foreach (var (bytes, named) in damaged)
        {
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            var run = await ClipRun.Of(server.Address, "restore", path);
            Assert.Equal(ExitCodes.Failed, run.ExitCode);
            Assert.Contains(named, run.Error, StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
        Assert.Contains("nothing at", (await ClipRun.Of(server.Address, "restore", Path.Combine(_folder.Path, "none"))).Error, StringComparison.Ordinal);
        Assert.Contains("backup.json", (await ClipRun.Of(server.Address, "restore", _folder.Path)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_is_never_replaced()
    {
        var target = Path.Combine(_folder.Path, "photos.tar");
        await File.WriteAllTextAsync(target, "last year's", TestContext.Current.CancellationToken);
        await using var server = await FakeServer.StartAsync();
        var run = await ClipRun.Of(server.Address, "backup", "photos", target);
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Empty(server.Requests);
        Assert.Equal("last year's", await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
    }

    private static Func<HttpContext, Task> Made(string status) => context => FakeServer.AnswerAsync(context, status == "ready" ? 201 : 202, JsonNode.Parse($$"""
        {"id":"s1","index":"photos","createdAt":"2026-05-01T12:00:00Z","status":"{{status}}","shards":2,"documents":42,"bytes":1}
        """)!);

    private static Func<HttpContext, Task> Sends(byte[] archive) => async context =>
    {
        context.Response.ContentType = "application/x-tar";
        context.Response.ContentLength = archive.Length;
        await context.Response.Body.WriteAsync(archive);
    };

    private static Task Nothing(HttpContext context)
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static JsonNode Description(string name) => JsonNode.Parse($$"""
        {"name":"{{name}}","model":"tiny","dimensions":4,"fields":[],"targetRecall":0.95,"quantization":"int8","keepImages":"thumbnail","status":"ready","documents":42,
        "bytesOnDisk":1,"bytesInMemory":1,"memory":{"vectors":1,"codes":1,"other":1,"mapped":1},"shards":[],"createdAt":"2026-05-01T12:00:00Z"}
        """)!;

    private static async Task<List<(string, string)>> UnpackAsync(byte[] archive)
    {
        var files = new List<(string, string)>();
        using var reader = new System.Formats.Tar.TarReader(new MemoryStream(archive));
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using var bytes = new MemoryStream();
            await (entry.DataStream ?? Stream.Null).CopyToAsync(bytes);
            files.Add((entry.Name, Convert.ToHexString(bytes.ToArray())));
        }

        return files;
    }

    private static byte[] Flipped(byte[] bytes)
    {
        var changed = bytes.ToArray();
        changed[bytes.Length / 2] ^= 1;
        return changed;
    }
}

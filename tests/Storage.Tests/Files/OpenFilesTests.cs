using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Files;

// Danger: thousands of shards in one process run out of file handles, or closed ones keep theirs.
// Invariant: a small open shard has at most three files open; a closed one has none.
// Method: what the system says this process has open below the shard's folder.
public sealed class OpenFilesTests : IDisposable
{
    /// <summary>Lock, mark, and the one segment of its log.</summary>
    private const int MostOfASmallShard = 3;

    private const int Dimensions = 1_024;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "clip-open-files-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_small_shard_has_few_files_open_and_none_when_it_is_closed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists what a process has open as files.");
        await using (var shard = await CreateAsync())
        {
            await WriteAsync(shard, 0, 100);
            Assert.InRange(OpenFiles().Count, 1, MostOfASmallShard);
        }

        Assert.Empty(OpenFiles());
        for (var opening = 0; opening < 2; opening++)
        {
            await using (var shard = await OpenAsync())
            {
                await SearchAsync(shard);
                await WriteAsync(shard, 100, 150);
                Assert.InRange(OpenFiles().Count, 1, MostOfASmallShard);
            }

            Assert.Empty(OpenFiles());
        }
    }

    private static async Task SearchAsync(ShardEngine shard)
    {
        var query = new float[Dimensions];
        query[0] = 1;
        var found = shard.View.Search(query, new SearchOptions { TopK = 5 });
        Assert.Equal(5, (await shard.ReadManyAsync([.. found.Hits.Select(hit => hit.Locator)], ids: null, includeVector: true)).Count);
    }

    private static async Task WriteAsync(ShardEngine shard, int from, int until) =>
        await shard.WriteAsync([.. Enumerable.Range(from, until - from).Select(number => Samples.Upsert($"d{number}", """{"colour":"red"}""") with { Vector = Samples.Vector(number, Dimensions) })]);

    private Task<ShardEngine> CreateAsync() => ShardEngine.CreateAsync(
        _directory, Samples.Descriptor with { Dimensions = Dimensions }, new ShardOptions { Sync = false }, NullLoggerFactory.Instance, TimeProvider.System);

    private Task<ShardEngine> OpenAsync() => ShardEngine.OpenAsync(_directory, new ShardOptions { Sync = false }, NullLoggerFactory.Instance, TimeProvider.System);

    private List<string> OpenFiles() =>
    [
        .. Directory.EnumerateFiles("/proc/self/fd").Select(static path => new FileInfo(path).LinkTarget ?? "").Where(target => target.StartsWith(_directory, StringComparison.Ordinal)),
    ];
}

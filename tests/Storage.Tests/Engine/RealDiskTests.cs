using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Engine;

// Danger: all of this works on a disk in memory only.
// Invariant: the same on the file system of this machine; the directory of an open shard can be copied at any moment, as a
// kill would leave it.
// Method: a shard in a temporary directory, copied while it is open, reopened in both places.
public sealed class RealDiskTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "clip-shard-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_taken_like_a_kill_has_every_answered_document(bool sync)
    {
        var directory = Path.Combine(_root, "a", "b");
        var copy = Path.Combine(_root, "copy");
        var options = Samples.SmallPages(options => options.Sync = sync);
        SortedDictionary<string, string> written;
        await using (var shard = await ShardEngine.CreateAsync(directory, Samples.Descriptor, options, NullLoggerFactory.Instance, TimeProvider.System))
        {
            for (var i = 0; i < 5; i++)
                await shard.WriteAsync([.. Enumerable.Range(0, 40).Select(j => Samples.Upsert($"d{j}", $$"""{"price":{{i}}}""", i + j, j == i ? Samples.Noise(500_000, i) : null))]);
            written = await shard.DumpAsync();
            Assert.Equal(new DirectoryInfo(directory).EnumerateFiles().Sum(file => file.Length), shard.Stats.BytesOnDisk);
            Copy(directory, copy);
        }

        foreach (var place in new[] { directory, copy })
        {
            var percents = new List<int>();
            await using var reopened = await ShardEngine.OpenAsync(place, new ShardOptions(), NullLoggerFactory.Instance, TimeProvider.System, new Collect(percents));
            Assert.Equal(written, await reopened.DumpAsync());
            Assert.Equal(StoredStatus.Created, (await reopened.WriteOneAsync(Samples.Upsert("new"))).Status);
            Assert.Equal(100, percents[^1]);
            Assert.Equal(percents.Order(), percents);
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private sealed class Collect(List<int> values) : IProgress<int>
    {
        public void Report(int value) => values.Add(value);
    }
}

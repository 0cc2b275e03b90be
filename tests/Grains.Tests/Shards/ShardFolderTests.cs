using ClipOrleans.Grains.Shards;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: the shards of a deleted index are removed at once by several grains, and one fails on a folder that another has just taken away.
// Invariant: each removal succeeds, and the index's folder goes with the last.
// Method: eight shards of an index removed by eight threads that start together, many times over.
public sealed class ShardFolderTests : IDisposable
{
    private const int Shards = 8;

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Shards_removed_at_once_do_not_fail_on_the_folders_above_them()
    {
        for (var round = 0; round < 100; round++)
        {
            var index = Path.Combine(_data.Path, "indexes", $"photos-{round}");
            using var start = new Barrier(Shards);
            Parallel.For(0, Shards, new ParallelOptions { MaxDegreeOfParallelism = Shards }, number =>
            {
                var shard = Directory.CreateDirectory(Path.Combine(index, "shards", $"{number}")).FullName;
                Assert.True(start.SignalAndWait(TimeSpan.FromSeconds(30)));
                ShardFolder.Remove(shard, ClipOrleans.Storage.ShardEngine.Delete);
            });
            Assert.False(Directory.Exists(index));
        }

        Assert.True(Directory.Exists(Path.Combine(_data.Path, "indexes")));
    }
}

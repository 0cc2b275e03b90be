using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Compaction;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Log;

// Danger: a log that lost its first segments is taken for one that was shortened; new defaults misread an older log.
// Invariant: I1, nothing is silently less than it was; sizes are those that a shard was made with.
// Method: a shard whose log begins late, with files taken away; a shard opened with other sizes than it has.
public sealed class LogBeginTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task I1_A_log_without_its_first_segment_is_refused_with_and_without_its_mark(bool hasMark)
    {
        var disk = await ShortenedAsync();
        if (!hasMark)
            disk.Delete(Samples.Directory + "/commit.mark");
        disk.Delete(Segments(disk)[0]);
        var refused = await Assert.ThrowsAsync<ShardCorruptException>(() => Samples.OpenAsync(disk));
        Assert.Contains("some are missing", refused.Message);
    }

    [Fact]
    public async Task Segments_left_before_the_begin_are_removed_when_the_shard_is_opened()
    {
        var disk = await ShortenedAsync();
        disk.Open(Samples.Directory + "/log.0").Dispose();
        await using var shard = await Samples.OpenAsync(disk);
        Assert.Equal("""{"price":799}""", await shard.MetadataAsync("again"));
        Assert.False(disk.Exists(Samples.Directory + "/log.0"));
    }

    [Fact]
    public async Task Sizes_are_those_that_the_shard_was_made_with_whatever_the_defaults_are_now()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk))
            await shard.WriteOneAsync(Samples.Upsert("a", image: Samples.Noise(1_500_000, seed: 1)));
        var options = new ShardOptions { PageSizeBits = 22, SegmentSizeBits = 26 };
        await using (var shard = await ShardEngine.OpenAsync(disk, Samples.Directory, options, NullLoggerFactory.Instance, TimeProvider.System))
            await shard.WriteOneAsync(Samples.Upsert("b", image: Samples.Noise(1_500_000, seed: 2)));
        Assert.Equal(1 << 20, disk.Bytes(Samples.Directory + "/log.1").Length);
        Assert.Equal(4, Segments(disk).Count);
        await using var reopened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost), changed => changed.SegmentSizeBits = 24);
        Assert.Equal(["a", "b"], (await reopened.DumpAsync()).Keys);
    }

    /// <summary>A shard whose first segments have been given back.</summary>
    private static async Task<SimulatedDisk> ShortenedAsync()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        for (var i = 0; i < 400; i++)
            await shard.Engine.WriteOneAsync(Samples.Upsert($"d{i}", seed: i, image: Samples.Noise(6_000, i)));
        for (var i = 0; i < 800; i++)
            await shard.Engine.WriteOneAsync(Samples.Upsert("again", $$"""{"price":{{i}}}""", i, Samples.Noise(6_000, i)));
        await shard.CompactAsync();
        await shard.RemoveRetiredAsync();
        Assert.False(disk.Exists(Samples.Directory + "/log.0"));
        Assert.True(Segments(disk).Count > 2);
        return disk;
    }

    private static List<string> Segments(SimulatedDisk disk) =>
        [.. disk.List(Samples.Directory).Select(file => file.Name).Where(name => name.StartsWith("log.", StringComparison.Ordinal))
            .OrderBy(name => int.Parse(name[4..], System.Globalization.CultureInfo.InvariantCulture)).Select(name => Samples.Directory + "/" + name)];
}

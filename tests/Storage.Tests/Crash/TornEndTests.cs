using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Crash;

// Danger: a damaged log that opens and gives wrong or fewer documents without a word.
// Invariant: what was acknowledged is whole or the shard refuses to open, naming the file; what was not acknowledged is
// there whole or not at all.
// Method: cuts, garbage and flipped bits at every place of small logs.
public sealed class TornEndTests
{
    private const string Log = Samples.Directory + "/log.0";
    private const string Mark = Samples.Directory + "/commit.mark";
    private const string Manifest = Samples.Directory + "/shard.json";

    // The mark is two slots with nothing between them, of which a few bytes stand for the rest.
    private const int SlotBytes = 64;
    private const int SlotDistance = 4096;
    private const int GapStep = 97;

    [Fact]
    public async Task I2_A_log_without_its_mark_opens_up_to_its_last_whole_record_wherever_it_is_cut()
    {
        var (disk, whole) = await WriteAsync(documents: 12);
        var end = disk.Bytes(Log).Length;
        var counts = new HashSet<long>();
        for (var cut = 100; cut < end; cut += 37)
        {
            var torn = disk.AfterCrash(Unforced.Kept);
            torn.Delete(Mark);
            torn.Tamper(Log, bytes => bytes[..cut]);
            await using var shard = await Samples.OpenAsync(torn);
            await CheckPrefixAsync(shard, whole);
            counts.Add(shard.View.Count);
            await shard.WriteOneAsync(Samples.Upsert("after"));
            await using var again = await Samples.OpenAsync(torn.AfterCrash(Unforced.Lost));
            Assert.Equal(await shard.DumpAsync(), await again.DumpAsync());
        }

        Assert.True(counts.Count > 6, "the cuts met only few of the records");
    }

    [Fact]
    public async Task I1_With_its_mark_a_log_that_is_cut_short_is_refused()
    {
        var (disk, _) = await WriteAsync(documents: 3);
        var end = disk.Bytes(Log).AsSpan().TrimEnd((byte)0).Length;
        var cut = disk.AfterCrash(Unforced.Kept);
        cut.Tamper(Log, bytes => bytes[..(end - 1)]);
        var refused = await Assert.ThrowsAsync<ShardCorruptException>(() => Samples.OpenAsync(cut));
        Assert.Equal(Log, refused.File);
        Assert.Contains("acknowledged up to", refused.Message);
    }

    [Fact]
    public async Task Garbage_behind_the_end_is_cut_off_and_never_comes_back()
    {
        var (disk, whole) = await WriteAsync(documents: 5);
        // A group that was never acknowledged: its second record is there, its first is not.
        var longer = await WriteAsync(documents: 9);
        var garbled = disk.AfterCrash(Unforced.Kept);
        var end = disk.Bytes(Log).AsSpan().TrimEnd((byte)0).Length;
        var later = longer.Disk.Bytes(Log);
        later.AsSpan(end, 40).Clear();
        garbled.Tamper(Log, _ => later);
        garbled.Tamper(Mark, _ => disk.Bytes(Mark));
        await using (var shard = await Samples.OpenAsync(garbled))
        {
            Assert.Equal(whole, await shard.DumpAsync());
            Assert.Equal(end, garbled.Bytes(Log).AsSpan().TrimEnd((byte)0).Length);
            await shard.WriteOneAsync(Samples.Upsert("d5", seed: 5));
        }

        await using var again = await Samples.OpenAsync(garbled);
        Assert.Equal(6, again.View.Count);
    }

    [Theory]
    [InlineData(Log)]
    [InlineData(Mark)]
    [InlineData(Manifest)]
    public async Task Every_flipped_bit_is_refused_or_harmless(string file)
    {
        var (disk, whole) = await WriteAsync(documents: 5);
        var length = disk.Bytes(file).Length;
        var refused = 0;
        for (var i = 0; i < length; i += file == Mark && i is >= SlotBytes and < SlotDistance - GapStep ? GapStep : 1)
        {
            var flipped = disk.AfterCrash(Unforced.Kept);
            var (at, bit) = (i, i % 8);
            flipped.Tamper(file, bytes =>
            {
                bytes[at] ^= (byte)(1 << bit);
                return bytes;
            });
            try
            {
                await using var shard = await Samples.OpenAsync(flipped);
                Assert.Equal(whole, await shard.DumpAsync());
                Assert.Equal(Samples.Descriptor, shard.Descriptor);
            }
            catch (ShardCorruptException e)
            {
                Assert.Contains(file, e.File);
                refused++;
            }
        }

        // A mark has two slots: a flip in one leaves the other.
        Assert.True(file == Mark ? refused == 0 : refused > length / 3, $"{refused} of {length} flips were refused");
    }

    [Fact]
    public async Task A_row_that_rots_while_the_shard_serves_is_refused_when_it_is_read()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk, options => options.RowCacheBytes = 0);
        await shard.WriteOneAsync(Samples.Upsert("a", """{"colour":"red"}"""));
        disk.Tamper(Log, bytes =>
        {
            bytes[bytes.AsSpan().IndexOf("red"u8)] ^= 1;
            return bytes;
        });
        var refused = await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.GetAsync("a", includeVector: false));
        Assert.Equal(Log, refused.File);
    }

    [Fact]
    public async Task The_log_alone_is_the_whole_shard()
    {
        var (disk, whole) = await WriteAsync(documents: 12, imageBytes: 1_200_000);
        Assert.True(disk.Exists(Samples.Directory + "/log.1"));
        var bare = disk.AfterCrash(Unforced.Kept);
        foreach (var (name, _) in bare.List(Samples.Directory).Where(file => !file.Name.StartsWith("log.", StringComparison.Ordinal)))
            bare.Delete(Samples.Directory + "/" + name);
        await using var original = await Samples.OpenAsync(disk);
        await using var shard = await Samples.OpenAsync(bare);
        Assert.Equal(whole, await shard.DumpAsync());
        Assert.Equal(Samples.Descriptor, shard.Descriptor);
        Assert.Equal(original.Stats.Epoch, shard.Stats.Epoch);
        Assert.True(bare.Exists(Manifest));
    }

    private static async Task<(SimulatedDisk Disk, SortedDictionary<string, string> Documents)> WriteAsync(int documents, int imageBytes = 700)
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateWithFixedTimeAsync(disk);
        for (var i = 0; i < documents; i++)
            await shard.WriteOneAsync(Samples.Upsert($"d{i}", $$"""{"colour":"c{{i}}","price":{{i}}}""", i, i == 2 ? Samples.Noise(imageBytes, i) : null));
        return (disk, await shard.DumpAsync());
    }

    private static Task<ShardEngine> CreateWithFixedTimeAsync(SimulatedDisk disk) =>
        ShardEngine.CreateAsync(disk, Samples.Directory, Samples.Descriptor, Samples.SmallPages(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, new FixedTime());

    private static async Task CheckPrefixAsync(ShardEngine shard, SortedDictionary<string, string> whole)
    {
        var found = await shard.DumpAsync();
        for (var i = 0; i < found.Count; i++)
            Assert.Equal(whole[$"d{i}"], found[$"d{i}"]);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    }
}

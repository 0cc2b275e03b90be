using System.Text;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Filters;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Golden;

// Danger: a change of the format that makes yesterday's shards unreadable, or readable as something else.
// Invariant: every format version that was ever released opens to the documents that were in it.
// Method: shards that older programs wrote, checked in with what they held. The explicit test below is the recipe of v1:
//   dotnet run --project tests/Storage.Tests -c Release -- --filter-method "*Make_the_golden_shard" --explicit only
// (it writes under Golden/v1 of the source folder named by the environment variable GOLDEN). Make_the_golden_shard_of_repeated_writes
// is that of v1-receipts: the same format version with receipts of writes in log and snapshot.
public sealed class GoldenShardTests
{
    private const string Expected = "expected.txt";

    private static readonly ShardDescriptor Newer = Samples.Descriptor with
    {
        IndexVersion = 2,
        Schema = new([new("colour", FieldType.Keyword), new("price", FieldType.Number), new("size", FieldType.Number)]),
    };

    private static readonly StoredOperation[] s_repeated = [Samples.Upsert("r1", """{"colour":"red"}""", 40), Samples.Delete("nobody"), Samples.Upsert("r2", """{"price":"dear"}""", 41)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Writes_of_every_format_version_are_remembered(bool withSnapshot)
    {
        var disk = await CopyAsync("v1-receipts");
        foreach (var (name, _) in disk.List(Samples.Directory).Where(file => !withSnapshot && file.Name.StartsWith("snapshot.", StringComparison.Ordinal)))
            disk.Delete(Path.Combine(Samples.Directory, name));
        await using var shard = await Samples.OpenAsync(disk);
        Assert.Equal(withSnapshot, shard.Stats.Snapshots.Sequence > 0);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Golden", "v1-receipts", Expected)), await TextAsync(shard));
        var sequence = shard.Stats.Sequence;
        for (var i = 1; i <= 2; i++)
            Assert.Equal(Outcomes(i == 1), (await shard.WriteAsync(s_repeated, WriteId(i))).Outcomes);
        Assert.Equal(sequence, shard.Stats.Sequence);
    }

    [Theory]
    [InlineData("v1")]
    public async Task A_shard_of_every_format_version_opens_to_what_was_in_it(string version)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Golden", version);
        var disk = await CopyAsync(version);
        await using var shard = await Samples.OpenAsync(disk);
        Assert.Equal(Newer, shard.Descriptor);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(folder, Expected)), await TextAsync(shard));
        Assert.Equal(2, shard.View.CountMatches(Size(1)));
        Assert.Equal(StoredStatus.Updated, (await shard.WriteOneAsync(Samples.Patch("ünïcode", """{"opened":true}"""))).Status);
    }

    [Fact(Explicit = true)]
    public async Task Make_the_golden_shard()
    {
        var target = Environment.GetEnvironmentVariable("GOLDEN");
        Assert.False(string.IsNullOrEmpty(target), "the environment variable GOLDEN names the folder to write");
        var disk = new SimulatedDisk();
        await using (var shard = await ShardEngine.CreateAsync(disk, Samples.Directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, new FixedTime()))
        {
            await shard.WriteAsync([.. Enumerable.Range(0, 20).Select(i => Samples.Upsert($"d{i}", $$"""{"colour":"c{{i % 4}}","price":{{i}}.50}""", i))]);
            await shard.WriteAsync([Samples.Upsert("ünïcode", """{"size":1,"ünïcode":"😀"}""", 30, Samples.Noise(3_000, 1), "text ✓") with { ImageUrl = "https://example.org/ü.webp" }]);
            await shard.WriteAsync([Samples.Patch("d3", """{"colour":null,"size":1}"""), Samples.Delete("d4"), Samples.Upsert("d5", "", 31, text: "")]);
        }

        await using (var shard = await ShardEngine.OpenAsync(disk, Samples.Directory, Samples.SmallPages(), NullLoggerFactory.Instance, new FixedTime()))
        {
            await shard.ReconfigureAsync(Newer);
            await shard.WriteAsync([Samples.Upsert("second epoch", """{"size":2}""", 32)]);
            await File.WriteAllTextAsync(Path.Combine(target, Expected), await TextAsync(shard));
        }

        await SaveAsync(disk, target);
    }

    [Fact(Explicit = true)]
    public async Task Make_the_golden_shard_of_repeated_writes()
    {
        var target = Environment.GetEnvironmentVariable("GOLDEN");
        Assert.False(string.IsNullOrEmpty(target), "the environment variable GOLDEN names the folder to write");
        var disk = new SimulatedDisk();
        await using (var shard = await ShardEngine.CreateAsync(disk, Samples.Directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, new FixedTime()))
        {
            Assert.Equal(Outcomes(isFirst: true), (await shard.WriteAsync(s_repeated, WriteId(1))).Outcomes);
            await shard.SnapshotAsync(TestContext.Current.CancellationToken);
            Assert.Equal(Outcomes(isFirst: false), (await shard.WriteAsync(s_repeated, WriteId(2))).Outcomes);
            await File.WriteAllTextAsync(Path.Combine(target, Expected), await TextAsync(shard));
        }

        await SaveAsync(disk, target);
    }

    private static Guid WriteId(int number) => new(number, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]);

    private static StoredOutcome[] Outcomes(bool isFirst) =>
    [
        isFirst ? StoredOutcome.Created : StoredOutcome.Updated,
        StoredOutcome.NotFound,
        StoredOutcome.Failed(FailureReasons.InvalidMetadata, "Field 'price' is number: the value is a finite number, not this string.", "/price"),
    ];

    private static async Task<SimulatedDisk> CopyAsync(string version)
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Samples.Directory);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden", version)).Where(file => Path.GetFileName(file) != Expected))
            DurableFile.Replace(disk, Path.Combine(Samples.Directory, Path.GetFileName(file)), await File.ReadAllBytesAsync(file));
        return disk;
    }

    private static async Task SaveAsync(SimulatedDisk disk, string target)
    {
        // Not the name of the machine that made it.
        var files = new ShardFiles(Samples.Directory);
        var manifest = ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest) with { Owner = new ShardOwner(1, "golden", "golden", DateTimeOffset.UnixEpoch) };
        new ManifestFile(disk, files, manifest).Replace(manifest);
        foreach (var (name, _) in disk.List(Samples.Directory).Where(file => file.Name != Path.GetFileName(files.Lock)))
            await File.WriteAllBytesAsync(Path.Combine(target, name), disk.Bytes(Path.Combine(Samples.Directory, name)));
    }

    private static async Task<string> TextAsync(ShardEngine shard)
    {
        var text = new StringBuilder();
        foreach (var (id, document) in await shard.DumpAsync())
            text.Append(id).Append('\t').Append(document).Append('\n');
        return text.ToString();
    }

    private static Filter Size(int size)
    {
        Assert.True(FilterParser.TryParse(Encoding.UTF8.GetBytes($$"""{"size":{{size}}}"""), Newer.Schema, out var filter, out _));
        return filter!;
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 23, 12, 34, 56, TimeSpan.Zero);
    }
}

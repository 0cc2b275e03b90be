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
// (it writes under Golden/v1 of the source folder named by the environment variable GOLDEN).
public sealed class GoldenShardTests
{
    private const string Expected = "expected.txt";

    private static readonly ShardDescriptor Newer = Samples.Descriptor with
    {
        IndexVersion = 2,
        Schema = new([new("colour", FieldType.Keyword), new("price", FieldType.Number), new("size", FieldType.Number)]),
    };

    [Theory]
    [InlineData("v1")]
    public async Task A_shard_of_every_format_version_opens_to_what_was_in_it(string version)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Golden", version);
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Samples.Directory);
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != Expected))
            DurableFile.Replace(disk, Path.Combine(Samples.Directory, Path.GetFileName(file)), await File.ReadAllBytesAsync(file));
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

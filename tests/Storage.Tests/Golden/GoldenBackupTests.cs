using System.Text;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Tests.Backup;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Golden;

// Danger: a backup that the program of next year cannot restore is none.
// Invariant: a backup of every format version that was ever released restores to the documents that were in it.
// Method: backups that older programs made, checked in with what they held. The explicit test below is the recipe of v1:
//   dotnet run --project tests/Storage.Tests -c Release -- --filter-method "*Make_the_golden_backup" --explicit only
// (it writes under Golden/v1-backup of the source folder named by the environment variable GOLDEN).
public sealed class GoldenBackupTests
{
    private const string Expected = "expected.txt";

    [Theory]
    [InlineData("v1-backup")]
    public async Task A_backup_of_every_format_version_restores_to_what_was_in_it(string version)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Golden", version);
        var disk = new SimulatedDisk();
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != Expected))
        {
            var target = Path.Combine(Backups.Folder, Backups.Id, Path.GetRelativePath(source, file));
            disk.CreateDirectory(Path.GetDirectoryName(target)!);
            DurableFile.Replace(disk, target, await File.ReadAllBytesAsync(file));
        }

        var manifest = Backups.Of(disk).Read(Backups.Id);
        Assert.Equal(2, manifest.Shards.Count);
        var text = new StringBuilder();
        for (var number = 0; number < manifest.Shards.Count; number++)
        {
            Backups.Restore(disk, $"/restored/{number}", number);
            await using var shard = await ShardEngine.OpenAsync(disk, $"/restored/{number}", Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
            Assert.Equal(manifest.Shards[number].Documents, shard.View.Count);
            text.Append(await TextAsync(number, shard));
        }

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(source, Expected)), text.ToString());
    }

    [Fact(Explicit = true)]
    public async Task Make_the_golden_backup()
    {
        var target = Environment.GetEnvironmentVariable("GOLDEN");
        Assert.False(string.IsNullOrEmpty(target), "the environment variable GOLDEN names the folder to write");
        var disk = new SimulatedDisk();
        await using var first = await CreateAsync(disk, "/0");
        await using var second = await CreateAsync(disk, "/1");
        await first.WriteAsync([.. Enumerable.Range(0, 6).Select(i => Samples.Upsert($"a{i}", $$"""{"colour":"c{{i % 3}}","price":{{i}}.25}""", i))]);
        await first.WriteAsync([Samples.Upsert("ünïcode", """{"ünïcode":"😀"}""", 30, Samples.Noise(3_000, 1), "text ✓") with { ImageUrl = "https://example.org/ü.webp" }]);
        await first.WriteAsync([Samples.Patch("a3", """{"colour":null,"size":1}"""), Samples.Delete("a4"), Samples.Upsert("a5", "", 31, text: "")]);
        await second.WriteAsync([.. Enumerable.Range(0, 4).Select(i => Samples.Upsert($"b{i}", $$"""{"price":{{i}}}""", 40 + i, Samples.Noise(2_000 + i, i)))]);
        var manifest = await Backups.MakeAsync(disk, first, second);
        // Behind the backup: not in it.
        await first.WriteAsync([Samples.Upsert("later"), Samples.Delete("a0")]);
        await File.WriteAllTextAsync(Path.Combine(target, Expected), await RestoredTextAsync(disk, 0) + await RestoredTextAsync(disk, 1));
        var paths = manifest.AllFiles.Select(file => file.Path).Append(BackupManifest.FileName);
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, path))!);
            await File.WriteAllBytesAsync(Path.Combine(target, path), disk.Bytes(Path.Combine(Backups.Folder, Backups.Id, path)));
        }
    }

    private static Task<ShardEngine> CreateAsync(SimulatedDisk disk, string directory) =>
        ShardEngine.CreateAsync(disk, directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, new FixedTime());

    private static async Task<string> RestoredTextAsync(SimulatedDisk disk, int number)
    {
        Backups.Restore(disk, $"/restored/{number}", number);
        await using var shard = await ShardEngine.OpenAsync(disk, $"/restored/{number}", Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
        return await TextAsync(number, shard);
    }

    private static async Task<string> TextAsync(int number, ShardEngine shard)
    {
        var text = new StringBuilder();
        foreach (var (id, document) in await shard.DumpAsync())
            text.Append(number).Append('\t').Append(id).Append('\t').Append(document).Append('\n');
        return text.ToString();
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 24, 12, 34, 56, TimeSpan.Zero);
    }
}

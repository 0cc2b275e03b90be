using System.Globalization;
using System.IO.Hashing;
using ClipOrleans.Storage.Checking;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Damage;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;
using static System.Buffers.Binary.BinaryPrimitives;

namespace ClipOrleans.Storage.Tests.Checking;

// Danger: a check that calls a damaged shard whole, or a repair that throws away what was acknowledged.
// Invariant: what is called whole answers everything right; what is refused later was called bad before; a repair that
// succeeds leaves every document as it was, and one that cannot changes nothing.
// Method: random damage to copies of one real directory with a file of every kind, seeded; and the cases that chance misses.
public sealed class ShardCheckTests : IDisposable
{
    private const int Rounds = 60;
    private const int DefaultSeed = 20_261_128;
    private const string Shard = Samples.Directory;

    private readonly string _root = Directory.CreateTempSubdirectory("clip-check-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Any_damage_is_found_and_what_is_derived_is_repaired()
    {
        var seed = Environment.GetEnvironmentVariable("CLIPORLEANS_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : DefaultSeed;
        var shard = await DamagedShard.CreateAsync(Path.Combine(_root, "whole"));
        Assert.Empty(ShardCheck.Run(Path.Combine(_root, "whole"), cancel: TestContext.Current.CancellationToken).Report.Findings);
        var (repaired, beyond) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var directory = Path.Combine(_root, $"{round}");
            shard.CopyTo(directory);
            var chance = new Random((int)(XxHash3.HashToUInt64(BitConverter.GetBytes(((long)seed << 32) + round)) & int.MaxValue));
            var damage = Damage.Damage.Do(directory, shard.Files, chance);
            var before = ShardCheck.Run(directory, cancel: TestContext.Current.CancellationToken).Report;
            var after = (await RepairAsync(directory)).Report;
            var fate = await shard.AskAsync(directory, damage);
            var what = $"seed {seed}, round {round}: {string.Join(" and ", damage.Files)} {damage.Kind} {damage.Detail}: {fate}\n{string.Join('\n', before.Findings)}\n after repair\n{string.Join('\n', after.Findings)}";
            Assert.True(fate == Fate.Healed || (before.IsBad && after.IsBad), what);
            Assert.All(before.Findings.Where(static finding => finding.File.Length > 0), finding => Assert.Equal(directory, Path.GetDirectoryName(finding.File)));
            if (before.IsBad && !after.IsBad)
                repaired++;
            else if (after.IsBad)
                beyond++;
            if (before.IsBad && !after.IsBad)
                Assert.Contains(after.Findings, static finding => finding.IsRepaired);
            Directory.Delete(directory, recursive: true);
        }

        Assert.True(repaired > Rounds / 5 && beyond > Rounds / 20, $"{repaired} repaired, {beyond} beyond repair");
    }

    [Fact]
    public async Task A_snapshot_that_is_whole_and_says_what_the_log_does_not_is_found_and_made_anew()
    {
        var disk = await SnapshottedAsync();
        var vectors = Names(disk, "vectors.").Single();
        var snapshot = Names(disk, "snapshot.").Single();
        disk.Tamper(vectors, static bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        disk.Tamper(snapshot, bytes =>
        {
            // One block of vectors: its checksum stands before that of the file.
            WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - 16), XxHash3.HashToUInt64(disk.Bytes(vectors)));
            WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8), XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - 8)));
            return bytes;
        });
        var finding = Assert.Single(Check(disk).Findings);
        Assert.Equal((CheckSeverity.Repairable, snapshot), (finding.Severity, finding.File));
        Assert.Contains("is not that of the log", finding.Reason, StringComparison.Ordinal);

        var repaired = await RepairAsync(disk);
        Assert.False(repaired.IsBad);
        Assert.Contains(repaired.Findings, static finding => finding.IsRepaired);
        Assert.Single(Names(disk, "snapshot."));
    }

    [Fact]
    public async Task Without_shard_json_and_mark_a_whole_log_brings_both_back()
    {
        var disk = await SnapshottedAsync();
        disk.Tamper(Shard + "/shard.json", static _ => [1, 2, 3]);
        disk.Delete(Shard + "/commit.mark");
        Assert.Equal([CheckSeverity.Repairable, CheckSeverity.Repairable], Check(disk).Findings.Select(static finding => finding.Severity));
        Assert.False((await RepairAsync(disk)).IsBad);
        await using var shard = await Samples.OpenAsync(disk);
        Assert.Equal(20, shard.View.Count);
    }

    [Fact]
    public async Task A_log_that_breaks_without_a_mark_is_not_cut_by_a_repair()
    {
        var disk = await SnapshottedAsync();
        disk.Tamper(Shard + "/log.0", static bytes =>
        {
            bytes[bytes.Length / 2] ^= 4;
            return bytes;
        });
        disk.Delete(Shard + "/commit.mark");
        var log = disk.Bytes(Shard + "/log.0");
        var after = await RepairAsync(disk);
        Assert.Contains(after.Findings, static finding => finding.Severity == CheckSeverity.Damage && finding.Reason.Contains("cannot be told", StringComparison.Ordinal));
        Assert.Equal(log, disk.Bytes(Shard + "/log.0"));
        Assert.False(disk.Exists(Shard + "/commit.mark"));
    }

    [Fact]
    public async Task The_log_of_another_shard_of_the_index_is_noticed()
    {
        var disk = await SnapshottedAsync();
        var report = ShardCheck.Run(disk, Shard, static id => id != "d3", TestContext.Current.CancellationToken).Report;
        Assert.Contains("1 of 20 documents belong to another shard", Assert.Single(report.Findings).Reason, StringComparison.Ordinal);
        Assert.True(report.IsBad);
    }

    [Fact]
    public async Task A_shard_that_is_open_is_not_touched()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        Assert.Throws<ShardLockedException>(() => ShardCheck.Run(disk, Shard, cancel: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rebuilding_makes_what_is_whole_anew()
    {
        var disk = await SnapshottedAsync();
        var before = Names(disk, "snapshot.").Single();
        var after = await ShardRepair.RunAsync(disk, Shard, rebuild: true, belongs: null, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(after.Report.IsBad);
        Assert.NotEqual(before, Assert.Single(Names(disk, "snapshot.")));
    }

    private static CheckReport Check(SimulatedDisk disk) => ShardCheck.Run(disk, Shard, cancel: TestContext.Current.CancellationToken).Report;

    private static async Task<CheckReport> RepairAsync(SimulatedDisk disk) =>
        (await ShardRepair.RunAsync(disk, Shard, rebuild: false, belongs: null, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken)).Report;

    private static Task<ShardCheck> RepairAsync(string directory) =>
        ShardRepair.RunAsync(directory, rebuild: false, belongs: null, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);

    private static string[] Names(SimulatedDisk disk, string prefix) =>
        [.. disk.List(Shard).Select(static file => file.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(static name => Shard + "/" + name)];

    private static async Task<SimulatedDisk> SnapshottedAsync()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        for (var i = 0; i < 20; i++)
            await shard.WriteOneAsync(Samples.Upsert($"d{i}", seed: i, image: i % 5 == 0 ? Samples.Noise(40_000, i) : null));
        await shard.SnapshotAsync();
        return disk;
    }
}

using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Tests.Snapshots;

// Danger: a snapshot that is believed though it is damaged, of another shard, or ahead of the log.
// Invariant: never a wrong answer: it is set aside with its file named, and the older one or the log takes its place.
// Method: every file of a shard's snapshots is flipped, cut, emptied, removed and swapped with another; a log loses its end.
public sealed class DamagedSnapshotTests
{
    [Fact]
    public async Task Whatever_is_damaged_the_answers_are_right_and_what_is_at_fault_is_named()
    {
        var disk = await TwoSnapshotsAsync();
        List<string> right;
        await using (var whole = await Samples.OpenAsync(disk.AfterCrash(Unforced.Kept)))
            right = await Answers.OfAsync(whole);
        var files = Parts(disk);
        Assert.InRange(files.Count, 5, 12);
        var chance = new Random(11);
        var setAside = 0;
        foreach (var file in files)
        {
            var path = $"{Samples.Directory}/{file}";
            var bytes = disk.Bytes(path);
            for (var flip = 0; flip < 40; flip++)
            {
                var (at, bit) = (flip < 8 ? flip * 8 % bytes.Length : chance.Next(bytes.Length), 1 << chance.Next(8));
                setAside += await OpenAsync(disk, right, after => after.Tamper(path, whole => [.. whole[..at], (byte)(whole[at] ^ bit), .. whole[(at + 1)..]]));
            }

            foreach (var length in (int[])[0, 1, bytes.Length / 2, bytes.Length - 1])
                setAside += await OpenAsync(disk, right, after => after.Tamper(path, whole => whole[..length]));
            setAside += await OpenAsync(disk, right, after => after.Delete(path));
            setAside += await OpenAsync(disk, right, after => after.Tamper(path, static whole => [.. whole, .. new byte[512]]));
            foreach (var other in files.Where(other => other != file))
                setAside += await OpenAsync(disk, right, after => after.Tamper(path, _ => disk.Bytes($"{Samples.Directory}/{other}")));
        }

        // Half of the files belong to the older snapshot, which nobody reads while the newer one is whole.
        Assert.InRange(setAside, files.Count * 15, files.Count * 60);
    }

    [Fact]
    public async Task I1_A_snapshot_ahead_of_a_log_that_lost_its_end_is_not_believed()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk, options => options.Sync = false);
        await shard.WriteOneAsync(Samples.Upsert("first", seed: 1));
        await shard.WriteOneAsync(Samples.Upsert("lost", seed: 2));
        await shard.SnapshotAsync(TestContext.Current.CancellationToken);

        // The device has what was forced: the snapshot, and nothing of the log.
        var after = disk.AfterCrash(Unforced.Lost);
        var logs = new Lines();
        await using (var opened = await ShardEngine.OpenAsync(after, Samples.Directory, Samples.SmallPages(), logs, TimeProvider.System, cancel: TestContext.Current.CancellationToken))
        {
            Assert.Equal(0, opened.View.Count);
            await opened.WriteOneAsync(Samples.Upsert("other", seed: 3));
            await opened.WriteOneAsync(Samples.Upsert("another", seed: 4));
        }

        Assert.Contains(logs.Written, static line => line.Contains("does not have the record", StringComparison.Ordinal) && line.Contains("/snapshot.", StringComparison.Ordinal));

        // Nor is it when other records have taken the numbers of those that were lost.
        after.Tamper($"{Samples.Directory}/{after.List(Samples.Directory).Single(static file => file.Name.StartsWith("snapshot.", StringComparison.Ordinal)).Name}", static bytes => bytes);
        foreach (var (name, _) in after.List(Samples.Directory).Where(static file => file.Name.EndsWith(".bad", StringComparison.Ordinal)).ToList())
            after.Rename($"{Samples.Directory}/{name}", $"{Samples.Directory}/{name[..^4]}");
        foreach (var file in Parts(disk).Where(file => !file.StartsWith("snapshot.", StringComparison.Ordinal)))
            after.Open($"{Samples.Directory}/{file}").Write(disk.Bytes($"{Samples.Directory}/{file}"), 0);
        await using var again = await Samples.OpenAsync(after);
        Assert.Equal(["another", "other"], again.View.MatchingIds(null, 10, null));
        Assert.Equal(0, again.Stats.Snapshots.Sequence);
    }

    [Fact]
    public async Task A_shard_whose_snapshot_was_bad_gets_a_new_one_and_what_was_set_aside_goes()
    {
        var disk = await TwoSnapshotsAsync();
        disk.Tamper($"{Samples.Directory}/{Parts(disk).First(static file => file.StartsWith("vectors.", StringComparison.Ordinal))}", static bytes => [.. bytes[..^1], (byte)~bytes[^1]]);
        await using (var shard = await Samples.OpenAsync(disk))
        {
            Assert.Equal(0, shard.Stats.Snapshots.Sequence);
            Assert.Contains(disk.List(Samples.Directory), static file => file.Name.StartsWith("vectors.", StringComparison.Ordinal) && file.Name.EndsWith(".bad", StringComparison.Ordinal));
            await shard.SnapshotAsync(TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(disk.List(Samples.Directory), static file => file.Name.EndsWith(".bad", StringComparison.Ordinal));
        Assert.Equal(3, Parts(disk).Count);
        await using var again = await Samples.OpenAsync(disk);
        Assert.Equal(again.Stats.Sequence, again.Stats.Snapshots.Sequence);
    }

    private static List<string> Parts(SimulatedDisk disk) =>
    [
        .. disk.List(Samples.Directory).Select(static file => file.Name)
            .Where(static name => name.Split('.')[0] is "snapshot" or "rows" or "codes" or "vectors").Order(StringComparer.Ordinal),
    ];

    /// <summary>Two snapshots, each with a tail; the files of vectors are two, since the shard was opened in between.</summary>
    private static async Task<SimulatedDisk> TwoSnapshotsAsync()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk))
        {
            await shard.WriteAsync([.. Enumerable.Range(0, 30).Select(static i => Samples.Upsert($"a{i}", """{"colour":"red","price":4}""", i))]);
            await shard.SnapshotAsync();
            await shard.WriteAsync([.. Enumerable.Range(20, 30).Select(static i => Samples.Upsert($"a{i}", """{"colour":"blue","price":5}""", i + 500))]);
            await shard.SnapshotAsync();
        }

        await using (var shard = await Samples.OpenAsync(disk))
            await shard.WriteAsync([Samples.Upsert("tail", seed: 77), Samples.Delete("a3")]);
        return disk;
    }

    /// <returns>1 if a snapshot was set aside.</returns>
    private static async Task<int> OpenAsync(SimulatedDisk disk, List<string> right, Action<SimulatedDisk> damage)
    {
        var after = disk.AfterCrash(Unforced.Kept);
        damage(after);
        var logs = new Lines();
        await using var shard = await ShardEngine.OpenAsync(after, Samples.Directory, Samples.SmallPages(), logs, TimeProvider.System, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(right, await Answers.OfAsync(shard));
        var bad = after.List(Samples.Directory).Any(static file => file.Name.EndsWith(".bad", StringComparison.Ordinal));
        Assert.Equal(bad, logs.Written.Any(static line => line.Contains("was set aside", StringComparison.Ordinal)));
        return bad ? 1 : 0;
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly List<string> _written = [];

        public IReadOnlyList<string> Written
        {
            get
            {
                lock (_written)
                    return [.. _written];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_written)
                _written.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}

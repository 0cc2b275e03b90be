using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Storage.Tests.Snapshots;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Damage;

/// <summary>
/// A shard in a real directory with a file of every kind: several segments of which the first was given back, two
/// snapshots, codes, images. It is made once, copied for each damage, and asked everything afterwards.
/// </summary>
internal sealed class DamagedShard
{
    private const int Rows = 4_500;
    private const int Images = 60;

    private readonly string _whole;
    private readonly SortedDictionary<string, string> _documents;
    private readonly List<string> _answers;

    private DamagedShard(string whole, SortedDictionary<string, string> documents, List<string> answers) =>
        (_whole, _documents, _answers) = (whole, documents, answers);

    /// <summary>Names of the files of the whole one.</summary>
    public IReadOnlyList<string> Files => [.. new DirectoryInfo(_whole).EnumerateFiles().Select(static file => file.Name).Order(StringComparer.Ordinal)];

    public static async Task<DamagedShard> CreateAsync(string directory)
    {
        using var worker = new MaintenanceWorker(new MaintenanceOptions { MeasuringPercent = 0 }, TimeProvider.System, NullLoggerFactory.Instance);
        var options = Options(worker);
        await using (var shard = await ShardEngine.CreateAsync(directory, Samples.Descriptor, options, NullLoggerFactory.Instance, TimeProvider.System))
        {
            for (var round = 0; round < 2; round++)
            {
                for (var first = 0; first < Rows; first += 100)
                    await shard.WriteAsync([.. Enumerable.Range(first, 100).Select(i => Upsert(i, round))]);
            }

            await shard.WriteAsync([.. Enumerable.Range(0, Images).Select(static i => Upsert(i, 2, Samples.Noise(15_000 + i, i)))]);
            await CompactAsync(shard);
            await shard.SnapshotAsync();
            await shard.WriteAsync([.. Enumerable.Range(100, 40).Select(static i => i % 3 == 0 ? Samples.Delete($"d{i}") : Samples.Patch($"d{i}", """{"price":7}"""))]);
            await shard.SnapshotAsync();
            await shard.WriteAsync([Samples.Upsert("tail", """{"colour":"red"}""", 999), Samples.Delete("d7")]);
            Assert.True(shard.View.HasCodes && shard.Stats.Compaction.FreedBytes > 0);
        }

        await using var opened = await OpenAsync(directory);
        return new DamagedShard(directory, await opened.DumpAsync(), await Answers.OfAsync(opened, withDocuments: false));
    }

    public void CopyTo(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var file in new DirectoryInfo(_whole).EnumerateFiles())
            file.CopyTo(Path.Combine(directory, file.Name));
    }

    public static Task<ShardEngine> OpenAsync(string directory) =>
        ShardEngine.OpenAsync(directory, Options(worker: null), NullLoggerFactory.Instance, TimeProvider.System);

    /// <summary>Opens a damaged copy and asks it everything, twice: what was written after the first opening must be there in the second.</summary>
    /// <returns>What became of the damage.</returns>
    public async Task<Fate> AskAsync(string directory, Damage damage)
    {
        var fate = Fate.Healed;
        for (var opening = 0; opening < 2; opening++)
        {
            ShardEngine shard;
            try
            {
                shard = await OpenAsync(directory);
            }
            catch (ShardCorruptException refused)
            {
                AssertNamed(refused, directory, damage);
                return fate == Fate.Healed && opening == 0 ? Fate.RefusedToOpen : Fate.RefusedLater;
            }

            await using (shard)
            {
                if (await AskAsync(shard, directory, damage, extra: opening) == Fate.RefusedToRead)
                    fate = Fate.RefusedToRead;
            }
        }

        return fate;
    }

    /// <summary>Asks an open shard everything: each document is right or refused with its file named, every search right.</summary>
    /// <param name="shard">Open.</param>
    /// <param name="directory">Its own.</param>
    /// <param name="damage">What was done.</param>
    /// <param name="extra">How many documents were written since, by this.</param>
    public async Task<Fate> AskAsync(ShardEngine shard, string directory, Damage damage, int extra)
    {
        var fate = Fate.Healed;
        if (extra == 0)
            Assert.Equal(_answers, await Answers.OfAsync(shard, withDocuments: false));
        Assert.Equal(_documents.Count + extra, shard.View.Count);
        foreach (var (id, expected) in _documents)
        {
            try
            {
                Assert.Equal(expected, await Samples.DumpAsync(shard, id));
            }
            catch (ShardCorruptException refused)
            {
                AssertNamed(refused, directory, damage);
                fate = Fate.RefusedToRead;
            }
        }

        for (var written = 0; written < extra; written++)
            Assert.NotNull(await shard.GetAsync($"later{written}", includeVector: true));
        await shard.WriteOneAsync(Samples.Upsert($"later{extra}", seed: extra + 5));
        return fate;
    }

    public static void AssertNamed(ShardCorruptException refused, string directory, Damage damage)
    {
        Assert.Equal(directory, Path.GetDirectoryName(refused.File));

        // Between two records that do not follow each other either file may be at fault: the message has both.
        Assert.True(damage.Files.Any(file => refused.Message.Contains(file, StringComparison.Ordinal)), refused.Message);
    }

    private static ShardOptions Options(MaintenanceWorker? worker) => Samples.SmallPages(options =>
    {
        options.Maintenance = worker;
        options.CompactionBytesPerSecond = 0;
        options.SnapshotEveryBytes = 0;
    });

    private static StoredOperation Upsert(int number, int round, byte[]? image = null) => Samples.Upsert(
        $"d{number}", $$"""{"colour":"{{(number % 3 == 0 ? "red" : "blue")}}","price":{{(number + round) % 12}},"note":"{{new string('x', number % 200)}}"}""", number + (round * 10_000), image);

    private static async Task CompactAsync(ShardEngine shard)
    {
        while (true)
        {
            // The writer looks what is due behind each answer: when the second is answered, it has looked after the first.
            await shard.WriteAsync([]);
            await shard.WriteAsync([]);
            var running = shard.WhenCompacted;
            if (running.IsCompleted && shard.View.HasCodes)
                return;
            await running;
        }
    }
}

/// <summary>What became of a damage: never a wrong answer, never a process that ends.</summary>
internal enum Fate
{
    /// <summary>Everything is right: it was made again from the log, from an older snapshot, or nothing reads it.</summary>
    Healed = 1,

    /// <summary>The shard does not open, and the file is named.</summary>
    RefusedToOpen,

    /// <summary>Some documents are refused with their file named, all others right.</summary>
    RefusedToRead,

    /// <summary>It was right at first, and does not open again.</summary>
    RefusedLater,

    /// <summary>The shard was open, and takes no more writes.</summary>
    RefusedToWrite,
}

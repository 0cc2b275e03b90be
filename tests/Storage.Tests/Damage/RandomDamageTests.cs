using System.Globalization;
using System.IO.Hashing;
using System.Text;
using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Tests.Damage;

// Danger: a wrong answer, or a process that ends, because a file is not what was written.
// Invariant: any damage to any file of a shard is healed from the log or an older snapshot, or refused with the file named.
// Method: random damage to copies of one real directory (flips, cuts, zeros, noise, removed, swapped), before opening and while
// open; every document and every search compared; seeded. eng/damage-campaign.sh does a thousand and writes the report.
public sealed class RandomDamageTests : IDisposable
{
    private const int Rounds = 100;
    private const int DefaultSeed = 20_250_118;

    /// <summary>Every so many-th shard is damaged while it is open.</summary>
    private const int OpenEvery = 5;

    /// <summary>Not the mapped ones: they are checked when a shard is opened, and cutting one short ends the process (decision 0011).</summary>
    private static readonly string[] s_damagedWhileOpen = ["log", "commit.mark", "shard.json", "snapshot", "rows"];

    private readonly string _root = Directory.CreateTempSubdirectory("clip-damage-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Any_damage_is_healed_or_refused_with_the_file_named()
    {
        var rounds = Environment.GetEnvironmentVariable("CLIPORLEANS_DAMAGE_ROUNDS") is { Length: > 0 } many ? int.Parse(many, CultureInfo.InvariantCulture) : Rounds;
        var seed = Environment.GetEnvironmentVariable("CLIPORLEANS_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : DefaultSeed;
        TestContext.Current.TestOutputHelper!.WriteLine($"CLIPORLEANS_TEST_SEED={seed}");
        var shard = await DamagedShard.CreateAsync(Path.Combine(_root, "whole"));
        foreach (var kind in (string[])["log", "commit.mark", "shard.json", "shard.lock", "snapshot", "rows", "codes", "vectors"])
            Assert.Contains(shard.Files, file => Damage.KindOf(file) == kind);

        var fates = new List<(Damage Damage, bool WhileOpen, Fate Fate)>();
        for (var round = 0; round < rounds; round++)
        {
            var directory = Path.Combine(_root, $"{round}");
            shard.CopyTo(directory);

            // Seeds that follow each other begin with numbers that do: hashed, so that file and damage are independent.
            var chance = new Random((int)(XxHash3.HashToUInt64(BitConverter.GetBytes(((long)seed << 32) + round)) & int.MaxValue));
            var whileOpen = round % OpenEvery == OpenEvery - 1;
            fates.Add(await (whileOpen ? WhileOpenAsync(shard, directory, round, chance) : BeforeOpeningAsync(shard, directory, round, chance)));
            Directory.Delete(directory, recursive: true);
        }

        var report = Render(fates);
        TestContext.Current.TestOutputHelper!.WriteLine(report);
        if (Environment.GetEnvironmentVariable("CLIPORLEANS_DAMAGE_REPORT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, report, TestContext.Current.CancellationToken);

        // Damage that nobody notices proves nothing.
        Assert.True(fates.Count(static one => one.Fate != Fate.Healed) > rounds / 5);
        Assert.Contains(fates, static one => one.Fate == Fate.RefusedToRead);
    }

    private static async Task<(Damage Damage, bool WhileOpen, Fate Fate)> BeforeOpeningAsync(DamagedShard shard, string directory, int round, Random chance)
    {
        var damage = Damage.Do(directory, shard.Files, chance);
        return (damage, false, await InRoundAsync(round, damage, () => shard.AskAsync(directory, damage)));
    }

    private static async Task<(Damage Damage, bool WhileOpen, Fate Fate)> WhileOpenAsync(DamagedShard shard, string directory, int round, Random chance)
    {
        await using var open = await DamagedShard.OpenAsync(directory);
        var present = new DirectoryInfo(directory).EnumerateFiles().Select(static file => file.Name).Where(static name => s_damagedWhileOpen.Contains(Damage.KindOf(name)));
        var damage = Damage.Do(directory, [.. present.Order(StringComparer.Ordinal)], chance);
        return (damage, true, await InRoundAsync(round, damage, async () =>
        {
            var fate = Fate.RefusedToWrite;
            try
            {
                fate = await shard.AskAsync(open, directory, damage, extra: 0);
            }
            catch (ShardException e) when (e is ShardCorruptException or ShardFencedException or ShardUnavailableException && open.Stats.ReadOnlyReason is not null)
            {
                // It takes no more writes and says why; what it has it still shows.
                Assert.True(e is ShardFencedException || damage.Files.Any(file => e.Message.Contains(file, StringComparison.Ordinal)), e.Message);
            }

            await open.DisposeAsync();
            try
            {
                await using var again = await DamagedShard.OpenAsync(directory);
                var written = fate == Fate.RefusedToWrite ? 0 : 1;
                var later = await shard.AskAsync(again, directory, damage, written);
                return fate == Fate.Healed ? later : fate;
            }
            catch (ShardCorruptException refused)
            {
                DamagedShard.AssertNamed(refused, directory, damage);
                return fate == Fate.Healed ? Fate.RefusedLater : fate;
            }
        }));
    }

    private static async Task<Fate> InRoundAsync(int round, Damage damage, Func<Task<Fate>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Round {round}: {string.Join(" and ", damage.Files)} {damage.Kind} {damage.Detail}: {e.Message}", e);
        }
    }

    private static string Render(List<(Damage Damage, bool WhileOpen, Fate Fate)> fates)
    {
        var text = new StringBuilder();
        text.Append(fates.Count).Append(" damages, ").Append(fates.Count(static one => one.WhileOpen)).AppendLine(" of them while the shard was open. Wrong answers 0, ends of the process 0.").AppendLine();
        foreach (var (title, key) in new (string, Func<Damage, string>)[] { ("damage", static damage => damage.Kind), ("file", static damage => Damage.KindOf(damage.Files[0])) })
        {
            text.Append("| ").Append(title).Append(" | all | ").AppendJoin(" | ", Enum.GetValues<Fate>().Select(Name)).AppendLine(" |");
            text.Append("|---|---:|").AppendLine(string.Concat(Enum.GetValues<Fate>().Select(static _ => "---:|")));
            foreach (var group in fates.GroupBy(one => key(one.Damage)).OrderBy(static group => group.Key, StringComparer.Ordinal))
                text.Append("| ").Append(group.Key).Append(" | ").Append(group.Count()).Append(" | ").AppendJoin(" | ", Enum.GetValues<Fate>().Select(fate => group.Count(one => one.Fate == fate))).AppendLine(" |");
            text.AppendLine();
        }

        return text.ToString();
    }

    private static string Name(Fate fate) => fate switch
    {
        Fate.Healed => "all right",
        Fate.RefusedToOpen => "refused to open",
        Fate.RefusedToRead => "some documents refused",
        Fate.RefusedLater => "right, then refused to open again",
        Fate.RefusedToWrite => "open: refused to write",
        _ => throw new ArgumentOutOfRangeException(nameof(fate), fate, null),
    };
}

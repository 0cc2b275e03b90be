using System.Collections.Concurrent;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Fencing;

// Danger: the cluster is wrong about who is gone, and owners that live take a shard from each other again and again.
// Invariant: I1 and I4 hold all the same: nothing that any of them was answered is lost, and no number of the log was
// acknowledged by two of them.
// Method: machines that share files and no locks, each convinced that all others are gone; any operation of any of them may
// be held up until somebody else has opened the shard, from a seed. What is left is opened and compared with the answers.
public sealed class I4_RivalsTests(ITestOutputHelper output)
{
    private const int Hosts = 3;
    private const int Openings = 60;
    private const int MostOthers = Openings;
    private static readonly TimeSpan s_longestStall = TimeSpan.FromMilliseconds(60);

    private readonly SimulatedDisk _volume = new();
    private readonly ConcurrentDictionary<string, (int Host, long Sequence)> _answered = new();
    private readonly SemaphoreSlim _somebodyOpened = new(0);
    private int _openings;
    private int _fenced;
    private int _refused;
    private int _others;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task I1_I4_Nothing_answered_is_lost_however_often_owners_that_live_are_taken_for_dead(int seed)
    {
        await (await OpenAsync(new HostDisk(_volume), "first", create: true)).DisposeAsync();
        await Task.WhenAll(Enumerable.Range(0, Hosts).Select(host => Task.Run(() => RunAsync(host, new Random((seed * 100) + host)))));
        output.WriteLine($"seed {seed}: {_openings} openings, {_refused} refused, {_fenced} fenced out, {_answered.Count} writes answered");
        Assert.True(_fenced > Openings / 4, "hardly anybody was fenced out");

        await using var left = await OpenAsync(new HostDisk(_volume), "last");
        var documents = await left.DumpAsync();
        var gone = _answered.Keys.Where(id => !documents.ContainsKey(id)).ToList();
        Assert.True(gone.Count == 0, $"{gone.Count} were answered and are gone, {string.Join(' ', gone.Take(5))} among them");
        var owners = _answered.Values.GroupBy(static write => write.Sequence).Select(static same => same.Select(static write => write.Host).Distinct().Count());
        Assert.All(owners, static count => Assert.Equal(1, count));
    }

    private async Task RunAsync(int host, Random chance)
    {
        var disk = new HostDisk(_volume) { Before = _ => Stall(chance) };
        for (var number = 0; Volatile.Read(ref _openings) < Openings; number++)
        {
            try
            {
                var shard = await OpenAsync(disk, $"{host}-{number}");
                Interlocked.Increment(ref _openings);
                _somebodyOpened.Release(Hosts);
                await using (shard)
                    await UseAsync(shard, host, number, chance);
            }
            catch (ShardFencedException)
            {
                Interlocked.Increment(ref _fenced);
            }
            catch (ShardLockedException)
            {
                Interlocked.Increment(ref _refused);
            }
            catch (ShardException other) when (Interlocked.Increment(ref _others) < MostOthers)
            {
                // It comes from being replaced in the middle: a file that is gone.
                output.WriteLine(other.ToString());
            }
        }
    }

    private async Task UseAsync(ShardEngine shard, int host, int number, Random chance)
    {
        for (var i = 0; i < 200 && Volatile.Read(ref _openings) < Openings; i++)
        {
            var id = $"{host}-{number}-{i}";
            var result = await shard.WriteAsync([Samples.Upsert(id, seed: i)], Guid.NewGuid());
            _answered[id] = (host, result.Sequence);
            switch (i % 40)
            {
                case 13:
                    await shard.SnapshotAsync();
                    break;
                case 31:
                    await shard.ReconfigureAsync(shard.Descriptor with { IndexVersion = shard.Descriptor.IndexVersion + 1 });
                    break;
            }
        }
    }

    private void Stall(Random chance)
    {
        int drawn;
        lock (chance)
            drawn = chance.Next(60);
        if (drawn == 0)
            _somebodyOpened.Wait(s_longestStall);
    }

    private static Task<ShardEngine> OpenAsync(HostDisk disk, string name, bool create = false)
    {
        var options = Samples.SmallPages(options =>
        {
            options.OwnerName = name;
            options.OwnerLease = TimeSpan.Zero;
            options.IsOwnerGone = static _ => true;
        });
        return create
            ? ShardEngine.CreateAsync(disk, Samples.Directory, Samples.Descriptor, options, NullLoggerFactory.Instance, TimeProvider.System)
            : ShardEngine.OpenAsync(disk, Samples.Directory, options, NullLoggerFactory.Instance, TimeProvider.System);
    }
}

using System.Runtime.InteropServices;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Storage.Tests.Engine;

// Danger: a writer that does not see its own write, a reader that sees half of one, callers that wait for each other.
// Invariant: I3, read your writes; writes that wait together share a commit; a full queue refuses at once.
// Method: many writers and searchers on one shard; a disk that holds a commit up until the test lets it go.
public sealed class ConcurrencyTests
{
    [Fact]
    public async Task I3_Every_writer_finds_its_write_at_once_while_others_write_and_search()
    {
        const int writers = 8;
        const int rounds = 40;
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        using var done = new CancellationTokenSource();
        var searchers = Enumerable.Range(0, 2).Select(i => Task.Run(() => Search(shard, i, done.Token))).ToList();

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var id = $"w{writer}-{round % 7}";
                var metadata = $$"""{"price":{{round}}}""";
                await shard.WriteAsync([Samples.Upsert(id, metadata, round), Samples.Upsert(id + "x", metadata, round)]);
                Assert.Equal(metadata, await shard.MetadataAsync(id));
                var hits = shard.View.Search(Floats(Samples.Vector(round)), new SearchOptions { TopK = 1_000 }).Hits;
                Assert.Contains(hits, hit => hit.Id == id && hit.Score > 0.999f);
                if (round % 5 == 4)
                {
                    Assert.Equal(StoredStatus.Deleted, (await shard.WriteOneAsync(Samples.Delete(id))).Status);
                    Assert.Null(await shard.GetAsync(id, includeVector: false));
                }
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(searchers);
        await using var replayed = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(await shard.DumpAsync(), await replayed.DumpAsync());
    }

    [Fact]
    public async Task Writes_that_wait_together_share_one_commit()
    {
        const int waiting = 20;
        var disk = new HeldDisk();
        await using var shard = await CreateAsync(disk);
        var first = await HoldFirstAsync(disk, shard);
        var others = Enumerable.Range(0, waiting).Select(i => shard.WriteAsync([Samples.Upsert($"d{i}")]).AsTask()).ToList();
        Assert.DoesNotContain(others, write => write.IsCompleted);
        Assert.Null(await shard.GetAsync("first", includeVector: false));
        disk.Release();
        await Task.WhenAll(others);
        await first;
        Assert.Equal(waiting + 1, shard.View.Count);
        Assert.InRange(shard.Stats.GroupCommits, 2, 3);
    }

    [Fact]
    public async Task A_patch_sees_the_write_that_is_still_on_its_way_to_the_device()
    {
        var disk = new HeldDisk();
        await using var shard = await CreateAsync(disk);
        var upsert = disk.HoldNextFlush();
        var writes = new List<Task<WriteResult>> { shard.WriteAsync([Samples.Upsert("a", """{"n":1}"""), Samples.Upsert("b", """{"n":1}""")]).AsTask() };
        await upsert;
        writes.Add(shard.WriteAsync([Samples.Patch("a", """{"m":2}"""), Samples.Delete("b")]).AsTask());
        writes.Add(shard.WriteAsync([Samples.Patch("a", """{"n":null}"""), Samples.Patch("b", "{}")]).AsTask());
        disk.Release();
        var results = await Task.WhenAll(writes);
        Assert.Equal([StoredStatus.Updated, StoredStatus.Deleted], results[1].Outcomes.Select(outcome => outcome.Status));
        Assert.Equal([StoredStatus.Updated, StoredStatus.NotFound], results[2].Outcomes.Select(outcome => outcome.Status));
        Assert.Equal("""{"m":2}""", await shard.MetadataAsync("a"));
        Assert.Equal(1, shard.View.Count);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_loses_nothing_it_took()
    {
        var disk = new HeldDisk();
        await using var shard = await CreateAsync(disk, options => options.MaxQueuedWrites = 4);
        var first = await HoldFirstAsync(disk, shard);

        // What the writer has already taken into the next group no longer waits, so more than four may be let in; the queue fills in the end.
        var taken = new List<Task<WriteResult>>();
        ShardOverloadedException? refused = null;
        var big = Samples.Noise(3 << 20, seed: 1);
        for (var i = 0; i < 100 && refused is null; i++)
        {
            try
            {
                taken.Add(shard.WriteAsync([Samples.Upsert($"d{i}", image: big)]).AsTask());
                if (taken[^1].IsFaulted)
                    await taken[^1];
            }
            catch (ShardOverloadedException e)
            {
                refused = e;
                taken.RemoveAt(taken.Count - 1);
            }
        }

        Assert.NotNull(refused);
        disk.Release();
        await first;
        await Task.WhenAll(taken);
        Assert.Equal(taken.Count + 1, shard.View.Count);
        Assert.Equal(StoredStatus.Created, (await shard.WriteOneAsync(Samples.Upsert("later"))).Status);
    }

    [Fact]
    public async Task A_write_withdrawn_before_it_began_leaves_nothing()
    {
        var disk = new HeldDisk();
        await using var shard = await CreateAsync(disk);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await shard.WriteAsync([Samples.Upsert("a")], cancelled.Token));
        await shard.WriteOneAsync(Samples.Upsert("b"));
        Assert.Equal(["b"], shard.View.MatchingIds(null, 10, null));
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_wait_for_the_device()
    {
        var disk = new HeldDisk();
        await using var shard = await CreateAsync(disk);
        var held = disk.HoldNextFlush();
        using var cancel = new CancellationTokenSource();
        var write = shard.WriteAsync([Samples.Upsert("a")], cancel.Token).AsTask();
        await held;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        disk.Release();
        await shard.WriteOneAsync(Samples.Upsert("b"));
        Assert.Equal(2, shard.View.Count);
    }

    [Fact]
    public async Task Closing_answers_what_waits_and_refuses_what_comes_after()
    {
        var disk = new HeldDisk();
        var shard = await CreateAsync(disk);
        var first = await HoldFirstAsync(disk, shard);
        var second = shard.WriteAsync([Samples.Upsert("second")]).AsTask();
        var closing = shard.DisposeAsync();
        Assert.False(closing.IsCompleted);
        await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteAsync([Samples.Upsert("late")]));
        disk.Release();
        await closing;
        await first;
        await second;
        await using var reopened = await ShardEngine.OpenAsync(disk, Samples.Directory, Samples.SmallPages(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System);
        Assert.Equal(2, reopened.View.Count);
    }

    private static Task<ShardEngine> CreateAsync(HeldDisk disk, Action<ShardOptions>? change = null) =>
        ShardEngine.CreateAsync(disk, Samples.Directory, Samples.Descriptor, Samples.SmallPages(change), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System);

    private static async Task<Task<WriteResult>> HoldFirstAsync(HeldDisk disk, ShardEngine shard)
    {
        var held = disk.HoldNextFlush();
        var first = shard.WriteAsync([Samples.Upsert("first")]).AsTask();
        await held;
        return first;
    }

    private static void Search(ShardEngine shard, int seed, CancellationToken done)
    {
        var query = Floats(Samples.Vector(seed));
        while (!done.IsCancellationRequested)
        {
            var view = shard.View;
            var outcome = view.Search(query, new SearchOptions { TopK = 10 }, CancellationToken.None);
            Assert.Equal(view.Count, outcome.Matched);
            foreach (var hit in outcome.Hits)
                Assert.Equal(hit.Id, shard.ReadAsync(hit.Locator, includeVector: false, CancellationToken.None).AsTask().GetAwaiter().GetResult().Id);
            // The two documents of a write become visible together.
            var ids = view.MatchingIds(null, int.MaxValue, null).ToHashSet();
            foreach (var id in ids.Where(id => !id.EndsWith('x')))
                Assert.Contains(id + "x", ids);
        }
    }

    private static float[] Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();
}

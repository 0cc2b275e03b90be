using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Following;
using ClipOrleans.Storage.Tests.Compaction;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Storage.Tests.Snapshots;
using ClipOrleans.Vectors.Filters;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Following;

// Danger: a replica that answers otherwise than its primary, or shows a part of what was written at once.
// Invariant: I10, at the same number of the log a follower has the documents, hits, scores, counts and facets of the owner,
// whatever happened to the files: snapshots, compactions, other owners, changes of the index.
// Method: random steps on an owner; after each a follower that lives since the beginning and one that was just opened are
// compared with it. And followers that come and go while an owner writes, compacts and saves as fast as it can.
public sealed class I10_FollowerTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(60);
    private static readonly string[] s_ids = [.. Enumerable.Range(0, 12).Select(static i => $"id{i}")];

    private static readonly string[] s_metadata =
        ["{}", """{"colour":"red"}""", """{"colour":"blue","price":3}""", """{"price":5,"shape":"round"}""", """{"colour":"red","price":8.5}"""];

    private static readonly Gen<Step> s_steps = Gen.Frequency(
        (8, Operation().Array[1, 8].Select(static batch => new Step("write", batch))),
        (1, Gen.Const(new Step("reconfigure", []))),
        (1, Gen.Const(new Step("deleteRed", []))),
        (2, Gen.Const(new Step("snapshot", []))),
        (1, Gen.Const(new Step("reopen", []))),
        (1, Gen.Const(new Step("take over", []))));

    [Fact]
    public async Task I10_A_follower_gives_the_answers_of_its_owner_after_every_step() =>
        await s_steps.Array[2, 14].SampleAsync(
            async steps =>
            {
                var volume = new SimulatedDisk();
                var owner = await ShardEngine.CreateAsync(new HostDisk(volume), Samples.Directory, Samples.Descriptor, Options(0), NullLoggerFactory.Instance, TimeProvider.System);
                await using var follower = await FollowAsync(volume);
                var replaced = new List<ShardEngine>();
                for (var i = 0; i < steps.Length; i++)
                {
                    var next = await DoAsync(owner, steps[i], volume, i + 1);
                    if (!ReferenceEquals(next, owner))
                        replaced.Add(owner);
                    owner = next;
                    var expected = await Answers.OfAsync(owner);
                    Assert.True(await follower.CatchUpAsync(owner.AppliedSequence, s_time), follower.Following.ToString());
                    Assert.Equal(owner.AppliedSequence, follower.AppliedSequence);
                    Assert.Equal(expected, await Answers.OfAsync(follower));
                    await using var fresh = await FollowAsync(volume);
                    Assert.True(await fresh.CatchUpAsync(owner.AppliedSequence, s_time), fresh.Following.ToString());
                    Assert.Equal(expected, await Answers.OfAsync(fresh));
                }

                Assert.Null(follower.Following.Problem);
                foreach (var engine in replaced.Append(owner))
                    await engine.DisposeAsync();
            },
            iter: 25);

    [Fact]
    public async Task I10_Compaction_takes_nothing_from_under_a_follower()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        await using var follower = await FollowAsync(disk);
        var chance = new Random(3);
        for (var round = 0; round < 12; round++)
        {
            for (var i = 0; i < 150; i++)
                await shard.Engine.WriteOneAsync(Samples.Upsert($"d{chance.Next(120)}", $$"""{"price":{{i}},"pad":"{{new string('p', 5_000)}}"}""", i, i % 40 == 0 ? Samples.Noise(90_000, i) : null));
            if (round % 4 == 1)
                await shard.Engine.SnapshotAsync(TestContext.Current.CancellationToken);

            // Every other time it has not come to the rows' new places when their old ones are removed.
            if (round % 2 == 0)
                Assert.True(await follower.CatchUpAsync(shard.Engine.AppliedSequence, s_time, TestContext.Current.CancellationToken));
            await shard.CompactAsync();
            await shard.RemoveRetiredAsync();
            var expected = await Answers.OfAsync(shard.Engine);
            Assert.True(await follower.CatchUpAsync(shard.Engine.AppliedSequence, s_time, TestContext.Current.CancellationToken), follower.Following.ToString());
            Assert.Equal(expected, await Answers.OfAsync(follower));
        }

        Assert.True(shard.Engine.Stats.Compaction.Passes > 3);
        Assert.False(disk.Exists(Samples.Directory + "/log.0"));
        await using var fresh = await FollowAsync(disk);
        Assert.Equal(await shard.Engine.DumpAsync(), await fresh.DumpAsync());
    }

    [Fact]
    public async Task I2_Followers_that_come_and_go_see_each_write_whole_while_the_owner_works()
    {
        const int together = 8;
        var disk = new SimulatedDisk();
        await using var shard = await CompactingShard.CreateAsync(disk);
        await WriteRoundAsync(shard.Engine, 0);
        using var ended = new CancellationTokenSource();
        var round = 0;
        var writing = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                await WriteRoundAsync(shard.Engine, ++round);
                if (round % 50 == 0)
                    await shard.Engine.SnapshotAsync();
                if (round % 70 == 0)
                    await shard.RemoveRetiredAsync();
            }
        });
        var seen = new HashSet<double>();
        for (var i = 0; i < 25 || (seen.Count <= 20 && !writing.IsCompleted); i++)
        {
            await using var follower = await FollowAsync(disk);
            for (var look = 0; look < 6; look++)
            {
                await follower.CatchUpAsync(shard.Engine.AppliedSequence, TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
                var view = follower.View;
                var rounds = new List<string?>();
                foreach (var id in view.MatchingIds(filter: null, together, afterId: null))
                    rounds.Add(await follower.MetadataAsync(id));

                // Each document alone may be read a moment later than the others; the view is of one moment.
                var counts = Enumerable.Range(0, round + 1).Select(number => view.CountMatches(Price(number))).Where(static count => count > 0).ToList();
                Assert.Equal([together], counts);
                Assert.Equal(together, rounds.Count);
                seen.Add(follower.AppliedSequence);
            }

            Assert.Null(follower.Following.Problem);
        }

        await ended.CancelAsync();
        await writing;
        Assert.True(seen.Count > 20, "the followers saw hardly anything new");

        Task WriteRoundAsync(ShardEngine engine, int number) =>
            engine.WriteAsync([.. Enumerable.Range(0, together).Select(i => Samples.Upsert($"t{i}", $$"""{"price":{{number}},"pad":"{{new string('p', 3_000)}}"}""", number))]).AsTask();
    }

    private static Filter Price(int price)
    {
        Assert.True(FilterParser.TryParse(System.Text.Encoding.UTF8.GetBytes($$"""{"price":{{price}}}"""), Samples.Schema, out var filter, out _));
        return filter!;
    }

    private static Gen<StoredOperation> Operation() => Gen.Frequency(
        (5, Gen.Select(Gen.OneOf(s_ids), Gen.OneOf(s_metadata), Gen.Int[1, 50], static (id, metadata, seed) => Samples.Upsert(id, metadata, seed, seed % 7 == 0 ? Samples.Noise(1_000, seed) : null))),
        (1, Gen.OneOf(s_ids).Select(static id => Samples.Patch(id, """{"price":4}"""))),
        (2, Gen.OneOf(s_ids).Select(Samples.Delete)));

    private static Task<ShardFollower> FollowAsync(SimulatedDisk disk) =>
        ShardFollower.OpenAsync(disk, Samples.Directory, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);

    private static ShardOptions Options(int owner) => Samples.SmallPages(options =>
    {
        options.OwnerName = $"owner {owner}";
        options.OwnerLease = TimeSpan.Zero;
        options.IsOwnerGone = static _ => true;
    });

    /// <returns>Who owns the shard now.</returns>
    private static async Task<ShardEngine> DoAsync(ShardEngine shard, Step step, SimulatedDisk volume, int number)
    {
        switch (step.Kind)
        {
            case "write":
                await shard.WriteAsync(step.Batch, Guid.NewGuid());
                return shard;
            case "deleteRed":
                Assert.True(FilterParser.TryParse("""{"colour":"red"}"""u8.ToArray(), shard.Descriptor.Schema, out var red, out _));
                await shard.DeleteMatchingAsync(red);
                return shard;
            case "reconfigure":
                var version = shard.Descriptor.IndexVersion + 1;
                var schema = version % 2 == 0 ? new FieldSchema([.. Samples.Schema.Fields, new("shape", FieldType.Keyword)]) : Samples.Schema;
                await shard.ReconfigureAsync(shard.Descriptor with { IndexVersion = version, Schema = schema });
                return shard;
            case "snapshot":
                await shard.SnapshotAsync();
                return shard;
            case "reopen":
                await shard.DisposeAsync();
                break;
        }

        // One that was not closed lives on, and is fenced out.
        return await ShardEngine.OpenAsync(new HostDisk(volume), Samples.Directory, Options(number), NullLoggerFactory.Instance, TimeProvider.System);
    }

    private sealed record Step(string Kind, StoredOperation[] Batch);
}

using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Filters;
using CsCheck;

namespace ClipOrleans.Storage.Tests.Snapshots;

// Danger: a shard that answers otherwise after it was opened from a snapshot, with a tail behind it or without.
// Invariant: I10, hits, order, scores, counts, facets and documents are those of before, whichever of snapshot, older
// snapshot and log it was opened from.
// Method: random batches, deletions, changes of the index and snapshots between them; after each of them the process is
// "killed" and what it left is opened as it is, without its newest snapshot, and without any.
public sealed class I10_SameAnswerTests
{
    private static readonly string[] Ids = [.. Enumerable.Range(0, 12).Select(static i => $"id{i}")];

    private static readonly string[] Metadata =
        ["{}", """{"colour":"red"}""", """{"colour":"blue","price":3}""", """{"price":5,"shape":"round"}""", """{"colour":"red","price":8.5}"""];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, Operation().Array[1, 8].Select(static batch => new Step("write", batch))),
        (1, Gen.Const(new Step("reconfigure", []))),
        (1, Gen.Const(new Step("deleteRed", []))),
        (3, Gen.Const(new Step("snapshot", []))));

    [Fact]
    public async Task I10_Snapshot_older_snapshot_and_log_give_the_answers_of_before() =>
        await Steps.Array[2, 14].SampleAsync(
            async steps =>
            {
                var disk = new SimulatedDisk();
                await using var shard = await Samples.CreateAsync(disk);
                foreach (var step in steps)
                {
                    await DoAsync(shard, step);
                    var live = await Answers.OfAsync(shard);
                    var snapshots = Files(disk, "snapshot.");
                    Assert.InRange(snapshots.Count, 0, 2);
                    for (var without = 0; without <= snapshots.Count; without++)
                    {
                        var after = disk.AfterCrash(Unforced.Kept);
                        foreach (var file in snapshots.Take(without))
                            after.Delete($"{Samples.Directory}/{file}");
                        await using var opened = await Samples.OpenAsync(after);
                        Assert.Equal(without < snapshots.Count, opened.Stats.Snapshots.Sequence > 0);
                        Assert.Equal(live, await Answers.OfAsync(opened));
                        Assert.Equal(shard.Stats.Sequence, opened.Stats.Sequence);
                    }
                }
            },
            iter: 40);

    [Fact]
    public async Task I10_A_shard_goes_on_from_a_snapshot_as_it_would_have_and_so_for_generations()
    {
        var disk = new SimulatedDisk();
        var live = await Samples.CreateAsync(disk);
        var chance = new Random(5);
        for (var generation = 0; generation < 20; generation++)
        {
            // More than a block of 32,768 rows now and then, and enough dead ones that rows are numbered anew.
            var rows = generation is 3 or 9 ? 34_000 : 700;
            await FillAsync(live, chance, rows);
            if (generation % 3 != 2)
                await live.SnapshotAsync(TestContext.Current.CancellationToken);
            await FillAsync(live, chance, 100);
            var before = await Answers.OfAsync(live, withDocuments: generation % 5 == 0);
            await live.DisposeAsync();
            Assert.InRange(Files(disk, "snapshot.").Count, 1, 2);
            Assert.InRange(Files(disk, "vectors.").Count, 1, 16);
            live = await Samples.OpenAsync(disk);
            Assert.True(live.Stats.Snapshots.Sequence > 0, "it was not opened from the snapshot");
            Assert.Equal(before, await Answers.OfAsync(live, withDocuments: generation % 5 == 0));
        }

        await live.DisposeAsync();
        disk.Tamper($"{Samples.Directory}/{Files(disk, "snapshot.")[0]}", static bytes => bytes[..10]);
        await using var older = await Samples.OpenAsync(disk);
        Assert.Contains(Files(disk, "snapshot."), file => file.EndsWith(".bad", StringComparison.Ordinal));
    }

    internal static IReadOnlyList<string> Files(SimulatedDisk disk, string prefix) =>
    [
        .. disk.List(Samples.Directory).Select(static file => file.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderByDescending(static name => long.Parse(name.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture)),
    ];

    private static Gen<StoredOperation> Operation() => Gen.Frequency(
        (5, Gen.Select(Gen.OneOf(Ids), Gen.OneOf(Metadata), Gen.Int[1, 50], static (id, metadata, seed) => Samples.Upsert(id, metadata, seed, seed % 7 == 0 ? Samples.Noise(1_000, seed) : null))),
        (1, Gen.OneOf(Ids).Select(static id => Samples.Patch(id, """{"price":4}"""))),
        (2, Gen.OneOf(Ids).Select(Samples.Delete)));

    private static async Task FillAsync(ShardEngine shard, Random chance, int rows)
    {
        for (var done = 0; done < rows; done += 1_000)
        {
            await shard.WriteAsync(
            [
                .. Enumerable.Range(0, Math.Min(1_000, rows - done)).Select(_ =>
                    Samples.Upsert($"n{chance.Next(9_000)}", Metadata[chance.Next(3)], chance.Next(1_000))),
            ]);
        }
    }

    private static async Task DoAsync(ShardEngine shard, Step step)
    {
        switch (step.Kind)
        {
            case "write":
                await shard.WriteAsync(step.Batch);
                break;
            case "deleteRed":
                Assert.True(FilterParser.TryParse("""{"colour":"red"}"""u8.ToArray(), shard.Descriptor.Schema, out var red, out _));
                await shard.DeleteMatchingAsync(red);
                break;
            case "reconfigure":
                var version = shard.Descriptor.IndexVersion + 1;
                var schema = version % 2 == 0 ? new FieldSchema([.. Samples.Schema.Fields, new("shape", FieldType.Keyword)]) : Samples.Schema;
                await shard.ReconfigureAsync(shard.Descriptor with { IndexVersion = version, Schema = schema });
                break;
            default:
                await shard.SnapshotAsync();
                break;
        }
    }

    private sealed record Step(string Kind, StoredOperation[] Batch);
}

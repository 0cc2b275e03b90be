using System.Text;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Engine;

// Danger: an operation that is answered with one thing and stored as another.
// Invariant: each outcome says what happened, what was written can be read whole, also after reopening.
// Method: one shard on a disk in memory, reopened in the middle.
public sealed class WriteAndReadTests
{
    [Fact]
    public async Task A_document_comes_back_as_it_was_written()
    {
        var disk = new SimulatedDisk();
        var operation = Samples.Upsert("ü-1", """{"colour":"red","nested":{"a":[1,2.50,"é"]}}""", seed: 7, text: "a red shoe") with { ImageUrl = "https://example.org/1.jpg" };
        await using (var shard = await Samples.CreateAsync(disk))
        {
            Assert.Equal(StoredStatus.Created, (await shard.WriteOneAsync(operation)).Status);
            await CheckAsync(shard);
        }

        await using var reopened = await Samples.OpenAsync(disk);
        await CheckAsync(reopened);

        async Task CheckAsync(ShardEngine shard)
        {
            var document = await shard.GetAsync("ü-1", includeVector: true);
            Assert.NotNull(document);
            Assert.Equal("""{"colour":"red","nested":{"a":[1,2.50,"é"]}}""", Encoding.UTF8.GetString(document.Metadata.Span));
            Assert.Equal("https://example.org/1.jpg", document.ImageUrl);
            Assert.Equal("a red shoe", document.Text);
            Assert.Equal(("clip-mini", "r1"), (document.Model, document.ModelRevision));
            Assert.Equal(operation.Vector.ToArray(), document.Vector!.Value.ToArray());
            Assert.False(document.HasImage);
            Assert.Null(await shard.ReadImageAsync("ü-1"));
        }
    }

    [Fact]
    public async Task Upserting_again_replaces_everything_but_the_time_of_creation()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        await shard.WriteOneAsync(Samples.Upsert("a", """{"x":1}""", image: [1, 2, 3], text: "t"));
        var first = await shard.GetAsync("a", includeVector: false);
        Assert.Equal(StoredStatus.Updated, (await shard.WriteOneAsync(Samples.Upsert("a", """{"y":2}""", seed: 9))).Status);
        var second = await shard.GetAsync("a", includeVector: true);
        Assert.Equal(first!.CreatedAt, second!.CreatedAt);
        Assert.True(second.UpdatedAt >= first.UpdatedAt);
        Assert.Equal("""{"y":2}""", Encoding.UTF8.GetString(second.Metadata.Span));
        Assert.Null(second.Text);
        Assert.False(second.HasImage);
        Assert.Equal(Samples.Vector(9), second.Vector!.Value.ToArray());
        Assert.Equal(1, shard.View.Count);
    }

    [Fact]
    public async Task Operations_of_one_write_see_each_other_in_order()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        var result = await shard.WriteAsync(
        [
            Samples.Patch("a", """{"x":1}"""),
            Samples.Upsert("a", """{"x":1,"y":1}"""),
            Samples.Patch("a", """{"x":null,"z":3}"""),
            Samples.Upsert("b"),
            Samples.Delete("b"),
            Samples.Delete("b"),
            Samples.Patch("b", "{}"),
            Samples.Upsert("c"),
            Samples.Delete("c"),
            Samples.Upsert("c", """{"again":true}"""),
        ]);
        Assert.Equal(
            [StoredStatus.NotFound, StoredStatus.Created, StoredStatus.Updated, StoredStatus.Created, StoredStatus.Deleted, StoredStatus.NotFound, StoredStatus.NotFound, StoredStatus.Created, StoredStatus.Deleted, StoredStatus.Created],
            result.Outcomes.Select(outcome => outcome.Status));
        Assert.Equal("""{"y":1,"z":3}""", await shard.MetadataAsync("a"));
        Assert.Null(await shard.GetAsync("b", includeVector: false));
        Assert.Equal("""{"again":true}""", await shard.MetadataAsync("c"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(131_012)]
    [InlineData(700_000)]
    [InlineData(3_000_000)]
    public async Task Images_larger_than_pages_and_segments_come_back(int length)
    {
        var disk = new SimulatedDisk();
        var image = Samples.Noise(length, seed: length);
        await using (var shard = await Samples.CreateAsync(disk))
        {
            await shard.WriteOneAsync(Samples.Upsert("a", image: image));
            await shard.WriteOneAsync(Samples.Patch("a", """{"patched":true}"""));
            await shard.WriteOneAsync(Samples.Upsert("b"));
        }

        await using var reopened = await Samples.OpenAsync(disk);
        var stored = await reopened.ReadImageAsync("a");
        Assert.Equal("image/webp", stored!.ContentType);
        Assert.Equal(image, stored.Bytes.ToArray());
        Assert.Equal("""{"patched":true}""", await reopened.MetadataAsync("a"));
    }

    [Fact]
    public async Task A_thousand_operations_are_one_write_and_one_commit()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        var before = shard.Stats.GroupCommits;
        var result = await shard.WriteAsync([.. Enumerable.Range(0, 1_000).Select(i => Samples.Upsert($"d{i}", $$"""{"price":{{i}}}""", seed: i))]);
        Assert.All(result.Outcomes, outcome => Assert.Equal(StoredStatus.Created, outcome.Status));
        Assert.Equal(1, shard.Stats.GroupCommits - before);
        Assert.Equal(1_000, shard.View.Count);
        var locators = Enumerable.Range(0, 1_000).Select(i =>
        {
            Assert.True(shard.View.TryGet($"d{i}", out var row));
            return shard.View.LocatorOf(row);
        }).ToList();
        var rows = await shard.ReadManyAsync(locators, ids: null, includeVector: true);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"d{i}"), rows.Select(row => row.Id));
    }

    [Fact]
    public async Task What_cannot_be_stored_is_refused_alone()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        var longId = new string('x', 257);
        var result = await shard.WriteAsync(
        [
            Samples.Upsert(""),
            Samples.Upsert(longId),
            Samples.Upsert("\ud800"),
            Samples.Upsert("a") with { Vector = new byte[12] },
            Samples.Upsert("a") with { Vector = new byte[Samples.Dimensions * 4] },
            Samples.Upsert("a", "[1]"),
            Samples.Upsert("a", """{"a":1,"a":2}"""),
            Samples.Upsert("a", """{"price":"cheap"}"""),
            Samples.Upsert("a", "{") ,
            Samples.Upsert("a") with { Metadata = new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}' } },
            Samples.Upsert("a", $$"""{"x":"{{new string('y', 65_536)}}"}"""),
            Samples.Upsert("a", text: "\udc00"),
            Samples.Upsert("a", text: new string('z', 140_000)),
            Samples.Upsert("fine"),
        ]);
        Assert.Equal(
            [
                FailureReasons.InvalidId, FailureReasons.InvalidId, FailureReasons.InvalidId,
                FailureReasons.DimensionMismatch, FailureReasons.InvalidVector,
                FailureReasons.InvalidMetadata, FailureReasons.InvalidMetadata, FailureReasons.InvalidMetadata, FailureReasons.InvalidMetadata, FailureReasons.InvalidMetadata,
                FailureReasons.MetadataTooLarge, FailureReasons.InvalidText, FailureReasons.DocumentTooLarge, null,
            ],
            result.Outcomes.Select(outcome => outcome.Reason));
        Assert.Equal("/price", result.Outcomes[7].Pointer);
        Assert.Equal(["fine"], shard.View.MatchingIds(null, 10, null));
    }
}

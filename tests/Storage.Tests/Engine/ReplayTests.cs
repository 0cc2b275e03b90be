using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using CsCheck;

namespace ClipOrleans.Storage.Tests.Engine;

// Danger: what a live shard shows and what its log says drift apart, and nobody notices until a restart.
// Invariant: I2, after every prefix of any history the replayed state is the live state, and both are what a plain
// dictionary would hold.
// Method: random batches against a model; after each batch the process is "killed" and a second shard opened on what it left.
public sealed class ReplayTests
{
    private static readonly string[] Ids = ["a", "b", "c", "d"];

    private static readonly string[] Metadata =
        ["{}", """{"colour":"red"}""", """{"colour":"blue","price":3}""", """{"deep":{"x":1,"y":{"z":[1,null]}}}"""];

    private static readonly string[] Patches =
        ["{}", """{"colour":null}""", """{"price":7}""", """{"deep":{"x":null,"y":{"w":2}}}""", """{"deep":5}""", """{"price":"not a number"}"""];

    private static readonly Gen<StoredOperation> Operation = Gen.Frequency(
        (4, Gen.Select(Gen.OneOf(Ids), Gen.OneOf(Metadata), Gen.Int[1, 50], Gen.Bool, (id, metadata, seed, image) =>
            Samples.Upsert(id, metadata, seed, image ? Samples.Noise(seed * 9_000, seed) : null, image ? "text" : null))),
        (3, Gen.Select(Gen.OneOf(Ids), Gen.OneOf(Patches), Samples.Patch)),
        (2, Gen.OneOf(Ids).Select(Samples.Delete)));

    [Fact]
    public async Task I2_Live_state_is_replayed_state_is_the_model_after_every_prefix() =>
        await Operation.Array[1, 6].Array[1, 8].SampleAsync(
            async batches =>
            {
                var disk = new SimulatedDisk();
                var model = new Dictionary<string, string>();
                await using var shard = await Samples.CreateAsync(disk);
                foreach (var batch in batches)
                {
                    var result = await shard.WriteAsync(batch);
                    for (var i = 0; i < batch.Length; i++)
                        Assert.Equal(Apply(model, batch[i]), result.Outcomes[i].Status);
                    var live = await shard.DumpAsync();
                    Assert.Equal(model.Keys.Order(StringComparer.Ordinal), live.Keys);
                    foreach (var (id, metadata) in model)
                        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(metadata), JsonNode.Parse((await shard.MetadataAsync(id))!)));
                    await using var replayed = await Samples.OpenAsync(disk.AfterCrash(Unforced.Kept));
                    Assert.Equal(live, await replayed.DumpAsync());
                    Assert.Equal(shard.Stats.Sequence, replayed.Stats.Sequence);
                }
            },
            iter: 40);

    private static StoredStatus Apply(Dictionary<string, string> model, StoredOperation operation)
    {
        var exists = model.TryGetValue(operation.Id, out var old);
        var given = Encoding.UTF8.GetString(operation.Metadata.Span);
        switch (operation.Kind)
        {
            case StoredOperationKind.Upsert:
                model[operation.Id] = given;
                return exists ? StoredStatus.Updated : StoredStatus.Created;
            case StoredOperationKind.Delete:
                return model.Remove(operation.Id) ? StoredStatus.Deleted : StoredStatus.NotFound;
            default:
                if (!exists)
                    return StoredStatus.NotFound;
                var merged = NaiveMerge(JsonNode.Parse(old!), JsonNode.Parse(given))!;
                if (merged["price"] is JsonValue price && price.GetValueKind() != System.Text.Json.JsonValueKind.Number)
                    return StoredStatus.Failed;
                model[operation.Id] = merged.ToJsonString();
                return StoredStatus.Updated;
        }
    }

    /// <summary>RFC 7396 section 2, word for word.</summary>
    private static JsonNode? NaiveMerge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var result = target is JsonObject existing ? (JsonObject)existing.DeepClone() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = NaiveMerge(result[name], value);
        }

        return result;
    }
}

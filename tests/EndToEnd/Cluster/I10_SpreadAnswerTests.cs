using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Processes;
using ClipOrleans.EndToEnd.Search;
using ClipOrleans.Stores;

namespace ClipOrleans.EndToEnd.Cluster;

// Danger: shards on several silos, whose hits are merged on each silo and once more in the gateway, answer otherwise than shards of one process.
// Invariant: I10 (same data, same answer), I3 (through any gateway).
// Method: the same documents in one process and in three shard silos with an encoder and two gateways; a table of requests; the JSON must be
// the same, through both gateways, also after the gateways have learnt which silo has which shard.
public sealed class I10_SpreadAnswerTests(SharedSilo alone)
{
    private const int Shards = 12;
    private const int Documents = 700;
    private const string Index = "spread";
    private const string Words = "words";

    [Fact]
    public async Task I10_Twelve_shards_on_three_silos_answer_as_one_process()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.RunAsync();
        await using var cluster = await ClusterProcesses.StartAsync(
            data.Path, ClusterProcesses.Store("redis", redis.ConnectionString), new ClusterLayout(Gateways: 2, Shards: 3, Encoders: 1));
        var name = alone.NewIndexName(Index);
        await FillAsync(alone.Api, name);
        await FillAsync(cluster.Api, Index);
        await PlacedShards.UntilSpreadAsync(cluster.Api, Index, 4, 4, 4);

        foreach (var request in RequestTable.Requests())
        {
            var expected = await AnswerAsync(alone.Api, name, request);
            foreach (var gateway in cluster.Gateways)
                Assert.Equal(expected, await AnswerAsync(gateway.Api, Index, request));
        }

        var scroll = (await StoredDocuments.ScrollAsync(alone.Api, name, limit: 97)).ConvertAll(WithoutTimes);
        foreach (var gateway in cluster.Gateways)
            Assert.Equal(scroll, (await StoredDocuments.ScrollAsync(gateway.Api, Index, limit: 97)).ConvertAll(WithoutTimes));
        await alone.Api.DeleteAsync($"v1/indexes/{name}");
        await CompareWordsAsync(cluster);
    }

    /// <summary>Text is embedded by the encoder silo as it is in one process.</summary>
    private async Task CompareWordsAsync(ClusterProcesses cluster)
    {
        var name = alone.NewIndexName(Words);
        var answers = new List<string>();
        foreach (var (api, index) in ((Http.Api, string)[])[(alone.Api, name), (cluster.Gateways.Last().Api, Words)])
        {
            await StoredDocuments.CreateAsync(api, new JsonObject { ["name"] = index, ["shards"] = Shards });
            await StoredDocuments.UpsertAsync(api, index, Enumerable.Range(0, 60).Select(i => new JsonObject { ["id"] = $"d{i}", ["text"] = $"{SyntheticDocument.Colours[i % 5]} shoe number {i}" }));
            answers.Add(await AnswerAsync(api, index, new JsonObject { ["text"] = "a red shoe", ["exact"] = true, ["topK"] = 30 }));
        }

        Assert.Equal(answers[0].Replace($"/{name}/", $"/{Words}/", StringComparison.Ordinal), answers[1]);
        await alone.Api.DeleteAsync($"v1/indexes/{name}");
    }

    private static async Task FillAsync(Http.Api api, string index)
    {
        await StoredDocuments.CreateAsync(api, SyntheticDocument.IndexBody(index, Shards));
        foreach (var batch in Enumerable.Range(0, Documents).Chunk(250))
            await StoredDocuments.UpsertAsync(api, index, batch.Select(number => new SyntheticDocument(number).Body()));
    }

    private static async Task<string> AnswerAsync(Http.Api api, string index, JsonObject request)
    {
        var answer = await StoredDocuments.SearchAsync(api, index, request.DeepClone().AsObject());
        Assert.Equal($$"""{"total":{{Shards}},"succeeded":{{Shards}},"failed":0}""", answer["shards"]!.ToJsonString());
        return Comparable.Of(answer, "explain");
    }

    private static string WithoutTimes(JsonObject document)
    {
        var copy = document.DeepClone().AsObject();
        copy.Remove("createdAt");
        copy.Remove("updatedAt");
        return copy.ToJsonString();
    }
}

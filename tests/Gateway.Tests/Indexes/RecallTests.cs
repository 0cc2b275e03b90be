using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Indexes;

// Danger: a promise whose keeping nobody can look up, or one shard's figure that passes for the index's.
// Invariant: an index shows what it promises beside what its shards measured, weighed by their queries; explain shows what
// a search of codes did, and nothing of it where there was none.
// Method: the API on a real socket over shards that say what the test wants.
public sealed class RecallTests
{
    [Fact]
    public async Task Promised_and_measured_recall_of_all_shards_are_shown()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Codes = ShardCodes.Training;
        host.Cluster.Recall = shard => shard == 0
            ? [new RecallBand("1-10%", 0.5, 0.25, 0.75, 4, 3), new RecallBand("all", 0.96, 0.95, 0.97, 300, 0)]
            : [new RecallBand("all", 0.92, 0.9, 0.94, 100, 1)];
        await host.CreateIndexAsync(more: ",\"shards\":2,\"targetRecall\":0.94");
        var index = (await host.GetAsync("/v1/indexes/shop")).Ok();
        Assert.Equal(
            """{"target":0.94,"measured":[{"selectivity":"all","recall":0.95,"low":0.941,"high":0.959,"queries":400,"effort":0.25},{"selectivity":"1-10%","recall":0.5,"low":0.25,"high":0.75,"queries":4,"effort":3}]}""",
            index["recall"]!.ToJsonString());
        Assert.All(index["shards"]!.AsArray(), shard => Assert.Equal("training", (string?)shard!["codes"]));
    }

    [Fact]
    public async Task What_no_shard_measured_is_not_made_up()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Codes = null;
        host.Cluster.Recall = _ => default;
        await host.CreateIndexAsync();
        var index = (await host.GetAsync("/v1/indexes/shop")).Ok();
        Assert.Equal("""{"target":0.95,"measured":[]}""", index["recall"]!.ToJsonString());
        Assert.False(index["shards"]![0]!.AsObject().ContainsKey("codes"));
    }

    [Fact]
    public async Task Explain_shows_what_a_search_of_codes_did()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        const string search = """{"text":"red","explain":true}""";
        var exact = (await host.PostAsync("/v1/indexes/shop/search", search)).Ok()["explain"]!["shards"]![0]!.AsObject();
        Assert.All(["effortLevel", "listsProbed", "rowsCoded", "rowsRescored"], member => Assert.False(exact.ContainsKey(member)));

        host.Cluster.Plan = plan => plan with { Strategy = "list-scan", EffortLevel = -0.75, ListsProbed = 12, RowsCoded = 3_400, RowsRescored = 220, EstimatedMicroseconds = 180, ScanMicroseconds = 200 };
        var leg = (await host.PostAsync("/v1/indexes/shop/search", search)).Ok()["explain"]!["shards"]![0]!;
        Assert.Equal(
            ("list-scan", -0.75, 12, 3_400, 220, 180, 200),
            ((string?)leg["strategy"], (double)leg["effortLevel"]!, (int)leg["listsProbed"]!, (long)leg["rowsCoded"]!, (long)leg["rowsRescored"]!, (double)leg["estimatedMicroseconds"]!, (double)leg["scanMicroseconds"]!));
    }
}

using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Search;

// Danger: by asking silos instead of shards a hit is lost, doubled or in another order; a silo that has gone keeps its shards' hits from the answer.
// Invariant: I10: the answer is the same however shards lie on silos, while they move, and when a silo dies; one call a silo.
// Method: the same requests before and after the shards are said to lie on silos; silos that answer for others' shards, fail, or have lost theirs.
public sealed class I10_SiloFanOutTests
{
    private const int Shards = 5;
    private const string Search = "/v1/indexes/shop/search";

    private static readonly string[] s_requests =
    [
        """{"text":"red"}""",
        """{"text":"red","topK":100,"offset":20}""",
        """{"text":"blue","topK":7,"facets":["colour"],"filter":{"colour":{"$in":["red","blue"]}}}""",
        """{"text":"blue","topK":4,"groupBy":"colour","groupSize":2}""",
        """{"text":"green","topK":10,"diversity":0.5}""",
        """{"filter":{"price":{"$lt":50}},"topK":30}""",
        """{"id":"d3","topK":12}""",
    ];

    [Fact]
    public async Task I10_Answers_are_the_same_whether_shards_or_silos_are_asked_and_a_silo_is_asked_once()
    {
        await using var host = await StartAsync();
        var alone = await AskAsync(host);
        host.Cluster.SiloOf = static shard => shard < 3 ? "a" : "b";
        Assert.Equal(alone, await AskAsync(host));
        host.Cluster.Faults.Calls.Clear();
        Assert.Equal(alone, await AskAsync(host));
        Assert.InRange(host.Cluster.Faults.Calls["silo/a"], s_requests.Length, s_requests.Length * 2);
        Assert.Equal(host.Cluster.Faults.Calls["silo/a"], host.Cluster.Faults.Calls["silo/b"]);
    }

    [Fact]
    public async Task I10_Answers_are_the_same_after_shards_have_moved_and_the_new_silo_is_learnt()
    {
        await using var host = await StartAsync();
        host.Cluster.SiloOf = static shard => shard < 3 ? "a" : "b";
        var before = await AskAsync(host);
        host.Cluster.SiloOf = static shard => shard < 1 ? "a" : "c";
        Assert.Equal(before, await AskAsync(host));
        host.Cluster.Faults.Calls.Clear();
        Assert.Equal(before, await AskAsync(host));
        Assert.False(host.Cluster.Faults.Calls.ContainsKey("silo/b"));
        Assert.True(host.Cluster.Faults.Calls["silo/c"] >= s_requests.Length);
    }

    [Fact]
    public async Task A_silo_that_is_gone_costs_nothing_but_the_way_round_it()
    {
        await using var host = await StartAsync();
        host.Cluster.SiloOf = static _ => "a";
        var before = await AskAsync(host);
        host.Cluster.Faults.Throw("silo/a", new SiloUnavailableException("It is dead."));
        Assert.Equal(before, await AskAsync(host));
    }

    [Fact]
    public async Task A_shard_that_moves_is_asked_until_it_is_there()
    {
        await using var host = await StartAsync();
        var before = await AskAsync(host);
        host.Cluster.Faults.Answer("search/1", Error.RetryLater(Slugs.ShardMoving, "It moves.", 1), times: 3);
        Assert.Equal(before[0], await AskAsync(host, s_requests[0]));
        host.Cluster.Faults.Throw("search/2", new SiloUnavailableException("It is dead."));
        var answer = (await host.PostAsync(Search, """{"text":"red","timeoutMs":300}""")).Ok();
        Assert.True((bool)answer["partial"]!);
    }

    [Fact]
    public async Task I8_Where_rows_cannot_be_read_the_others_fill_the_page_though_their_silo_had_left_hits_out()
    {
        await using var host = await StartAsync();
        host.Cluster.SiloOf = static _ => "a";
        const string Request = """{"text":"red","topK":20,"offset":60}""";
        _ = (await host.PostAsync(Search, Request)).Ok();
        host.Cluster.Faults.Answer("readHits/1", Error.Of(Slugs.StorageUnavailable, "The disk is away."));
        var answer = (await host.PostAsync(Search, Request)).Ok();
        Assert.True((bool)answer["partial"]!);
        Assert.Equal(20, answer["hits"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_write_that_is_sent_again_keeps_its_id_and_each_sending_counts_for_a_bounded_time()
    {
        await using var host = await StartAsync();
        var shard = host.Cluster.Shard($"default/shop-1/{ShardRouting.ShardOf("w1", Shards)}");
        shard.Sent.Clear();
        host.Cluster.Faults.Answer("write", Error.RetryLater(Slugs.ShardMoving, "It moves.", 1), times: 3);
        var before = DateTimeOffset.UtcNow;
        (await host.SendAsync(HttpMethod.Put, "/v1/indexes/shop/documents/w1", GatewayHost.Json("""{"text":"red"}"""))).Expect(HttpStatusCode.Created);
        Assert.Equal(4, shard.Sent.Count);
        Assert.NotEqual(Guid.Empty, Assert.Single(shard.Sent.Select(batch => batch.WriteId).Distinct()));
        Assert.All(shard.Sent, batch => Assert.InRange(batch.NotAfter!.Value, before, DateTimeOffset.UtcNow.AddSeconds(15)));
    }

    [Fact]
    public async Task I10_Replicas_share_the_searches_and_answer_the_same()
    {
        await using var host = await StartAsync(replicas: 1);
        var first = await AskAsync(host);
        Assert.Equal(first, await AskAsync(host));
        Assert.InRange(host.Cluster.Faults.Calls["replica"], s_requests.Length * Shards, s_requests.Length * Shards * 2);

        host.Cluster.Faults.Answer("replica/1", Error.RetryLater(Slugs.ShardMoving, "It is behind.", 1));
        host.Cluster.Faults.Throw("replica/2", new SiloUnavailableException("It is dead."));
        host.Cluster.Faults.Answer("replica/3", Error.Of(Slugs.Overloaded, "Too much to do."));
        Assert.Equal(first, await AskAsync(host));
        Assert.Equal(first, await AskAsync(host));
    }

    [Fact]
    public async Task I8_A_replica_that_hangs_leaves_its_shard_time_to_answer()
    {
        await using var host = await StartAsync(replicas: 1);
        host.Cluster.Faults.Hold("replica/1");
        for (var turn = 0; turn < 2; turn++)
        {
            var answer = (await host.PostAsync(Search, """{"text":"red","timeoutMs":1000,"explain":true}""")).Ok();
            Assert.False((bool)answer["partial"]!);
            Assert.Null(answer["explain"]!["shards"]![1]!["replica"]);
        }
    }

    private static async Task<GatewayHost> StartAsync(int replicas = 0)
    {
        var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: $",\"shards\":{Shards},\"replicas\":{replicas}");
        var colours = new[] { "red", "green", "blue" };
        var documents = Enumerable.Range(0, 120).Select(i => $$$"""{"id":"d{{{i}}}","text":"{{{colours[i % 3]}}} {{{i / 6}}}","metadata":{"colour":"{{{colours[i % 3]}}}","price":{{{i}}}}}""");
        (await host.PostAsync("/v1/indexes/shop/documents", $$"""{"documents":[{{string.Join(',', documents)}}]}""")).Ok();
        return host;
    }

    private static async Task<string[]> AskAsync(GatewayHost host)
    {
        var answers = new List<string>();
        foreach (var request in s_requests)
            answers.Add(await AskAsync(host, request));
        return [.. answers];
    }

    /// <returns>All that does not change from one time to the next.</returns>
    private static async Task<string> AskAsync(GatewayHost host, string request)
    {
        var answer = (await host.PostAsync(Search, request)).Ok().AsObject();
        answer.Remove("queryId");
        answer.Remove("tookMs");
        return answer.ToJsonString();
    }
}

using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Search;

// Danger: a shard that does not answer looks like a shard that has nothing.
// Invariant: I8: what is missing is said, or refused where the caller wants all; a late shard costs no more than the time that was given.
// Method: shards that fail, hang or answer late, at each of the two rounds of a search.
public sealed class I8_PartialTests
{
    private const string Search = "/v1/indexes/shop/search";

    [Theory]
    [InlineData("search/1", "")]
    [InlineData("readHits/1", ",\"offset\":60")]
    [InlineData("readHits/1", ",\"groupBy\":\"colour\",\"groupSize\":100")]
    public async Task I8_A_shard_that_fails_is_said_and_the_others_fill_the_page(string place, string more)
    {
        await using var host = await StartAsync();
        host.Cluster.Faults.Answer(place, Error.Of(Slugs.StorageUnavailable, "The disk is away."));
        var answer = (await host.PostAsync(Search, $$"""{"text":"red","topK":5,"explain":true{{more}}}""")).Ok();
        Assert.True((bool)answer["partial"]!);
        Assert.False((bool)answer["exact"]!);
        Assert.Equal("""{"total":3,"succeeded":2,"failed":1}""", answer["shards"]!.ToJsonString());
        Assert.Equal(5, answer["hits"]!.AsArray().Count);
        Assert.Equal(Slugs.StorageUnavailable, (string?)answer["explain"]!["shards"]![1]!["failed"]);
        Assert.InRange((int)answer["total"]!, 1, 199);
        (await host.PostAsync(Search, $$"""{"text":"red","topK":5,"partial":"fail"{{more}}}""")).Problem(Slugs.Partial);
    }

    [Fact]
    public async Task I8_A_shard_that_hangs_costs_the_time_given_and_is_said()
    {
        await using var host = await StartAsync();
        host.Cluster.Faults.Hold("search/2");
        var answer = (await host.PostAsync(Search, """{"text":"red","timeoutMs":200,"explain":true}""")).Ok();
        Assert.True((bool)answer["partial"]!);
        Assert.Equal(Slugs.Timeout, (string?)answer["explain"]!["shards"]![2]!["failed"]);
        Assert.InRange((double)answer["tookMs"]!["total"]!, 190, 5_000);
    }

    [Fact]
    public async Task When_no_shard_answers_the_first_reason_is_the_answer()
    {
        await using var host = await StartAsync();
        host.Cluster.Faults.Answer("search", Error.RetryLater(Slugs.Loading, "Still loading.", 3));
        (await host.PostAsync(Search, """{"text":"red"}""")).Problem(Slugs.Loading);
        (await host.GetAsync("/v1/indexes/shop/documents")).Problem(Slugs.Loading);
    }

    [Fact]
    public async Task A_scroll_is_never_partial()
    {
        await using var host = await StartAsync();
        host.Cluster.Faults.Answer("search/0", Error.RetryLater(Slugs.Loading, "Still loading.", 3));
        (await host.GetAsync("/v1/indexes/shop/documents")).Problem(Slugs.Partial);
    }

    [Fact]
    public async Task I3_What_was_changed_elsewhere_is_learnt_by_being_refused()
    {
        await using var host = await StartAsync();
        (await host.PostAsync(Search, """{"text":"red","filter":{"size":1}}""")).Problem(Slugs.UndeclaredField);
        host.Cluster.Catalog.UpdateElsewhere("shop", new IndexPatch([new FieldSpec("size", "number")], null, null));
        // The field is new to this gateway, and so is the version that the shards want.
        (await host.PostAsync(Search, """{"text":"red","filter":{"size":1}}""")).Ok();
        host.Cluster.Catalog.UpdateElsewhere("shop", new IndexPatch([], 0.9, null));
        Assert.Equal(200, (int)(await host.PostAsync(Search, """{"text":"red"}""")).Ok()["total"]!);
        host.Cluster.Catalog.UpdateElsewhere("shop", new IndexPatch([], 0.8, null));
        (await host.GetAsync("/v1/indexes/shop/documents/d1")).Ok();
        var former = (await host.Cluster.Catalog.Tenant("default").DeleteIndex("shop")).Value;
        (await host.PostAsync(Search, """{"text":"red"}""")).Problem(Slugs.IndexNotFound);
        await host.Cluster.Catalog.Tenant("default").CreateIndex(former.Spec);
        Assert.Equal(0, (int)(await host.PostAsync(Search, """{"text":"red"}""")).Ok()["total"]!);
    }

    [Fact]
    public async Task A_batch_answers_each_search_for_itself()
    {
        await using var host = await StartAsync();
        var answer = (await host.PostAsync($"{Search}/batch", """{"searches":[{"text":"red","topK":1},{"text":1},{"id":"nobody"},{"filter":{"colour":"blue"},"topK":2}]}""")).Ok();
        var results = answer["results"]!.AsArray();
        Assert.Single(results[0]!["hits"]!.AsArray());
        Assert.Equal("""["This must be a string, not a number."]""", results[1]!["error"]!["errors"]!["/searches/1/text"]!.ToJsonString());
        Assert.Equal(404, (int)results[2]!["error"]!["status"]!);
        Assert.Equal(2, results[3]!["hits"]!.AsArray().Count);
    }

    private static async Task<GatewayHost> StartAsync()
    {
        var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"shards\":3");
        var documents = string.Join(',', Enumerable.Range(0, 200).Select(i => $"{{\"id\":\"d{i}\",\"text\":\"red shoe\",\"metadata\":{{\"colour\":\"{(i % 2 == 0 ? "red" : "blue")}\"}}}}"));
        (await host.PostAsync("/v1/indexes/shop/documents", $"{{\"documents\":[{documents}]}}")).Expect(HttpStatusCode.OK);
        return host;
    }
}

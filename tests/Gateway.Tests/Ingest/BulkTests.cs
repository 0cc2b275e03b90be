using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Gateway.Tests.Ingest;

// Danger: a document that is answered as stored and is not, or the other way round; an order that is lost; memory that is.
// Invariant: I1, I2 as far as the gateway goes: each answer is what the shard said; results in input order; documents of one id in input order.
// Method: bulk requests against shards that fail on demand.
public sealed class BulkTests
{
    private const string Documents = "/v1/indexes/shop/documents";

    [Fact]
    public async Task Results_come_in_order_each_with_its_own_problem()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"shards\":3");
        var answer = (await host.PostAsync(Documents, $$"""
            {"documents":[{"id":"a","text":"red"},{"id":"b","text":1},5,{"id":"a","text":"blue"},{"text":"green"},{"id":"\u0001","text":"x"},
             {"id":"c","imageBase64":"{{Convert.ToBase64String("nothing"u8)}}"},{"id":"d","vector":[1],"texd":2}] }
            """)).Ok();
        Assert.Equal("created,failed,failed,updated,created,failed,failed,failed", Joined(answer, "status"));
        Assert.Equal(3, (int)answer["succeeded"]!);
        Assert.Equal(5, (int)answer["failed"]!);
        var results = answer["results"]!.AsArray();
        Assert.Equal("urn:cliporleans:error:unknown-member", (string?)results[7]!["error"]!["type"]);
        Assert.Equal("urn:cliporleans:error:image-undecodable", (string?)results[6]!["error"]!["type"]);
        Assert.Equal("""["/imageBase64"]""", new JsonArray([.. results[6]!["error"]!["errors"]!.AsObject().Select(error => (JsonNode)error.Key)]).ToJsonString());
        Assert.True(results[2]!.AsObject().ContainsKey("id") && results[2]!["id"] is null);
        Assert.Equal(32, ((string)results[4]!["id"]!).Length);
        Assert.Equal("blue", (string?)(await host.GetAsync($"{Documents}/a")).Ok()["text"]);
    }

    [Fact]
    public async Task A_body_that_ends_wrongly_writes_nothing()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var many = string.Join(',', Enumerable.Range(0, 900).Select(i => $$"""{"id":"{{i}}","text":"red"}"""));
        (await host.PostAsync(Documents, $"{{\"documents\":[{many}")).Problem(Slugs.MalformedRequest);
        (await host.PostAsync(Documents, $"{{\"documents\":[{many},{many}]}}")).Problem(Slugs.MalformedRequest);
        Assert.Equal(0, (int)(await host.GetAsync("/v1/indexes/shop")).Ok()["documents"]!);
        Assert.DoesNotContain("write", host.Cluster.Faults.Calls.Keys);
    }

    [Fact]
    public async Task A_shard_that_fails_fails_its_own_documents_alone()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"shards\":4");
        host.Cluster.Faults.Answer("write", Error.RetryLater(Slugs.StorageUnavailable, "The disk is full.", 5), times: 1);
        var answer = (await host.PostAsync(Documents, $"{{\"documents\":[{string.Join(',', Enumerable.Range(0, 40).Select(i => $"{{\"id\":\"{i}\",\"text\":\"red\"}}"))}]}}")).Ok();
        var failed = answer["results"]!.AsArray().Where(result => (string)result!["status"]! == "failed").Select(result => (string)result!["id"]!).ToList();
        Assert.InRange(failed.Count, 1, 39);
        foreach (var id in Enumerable.Range(0, 40).Select(i => $"{i}"))
            (await host.GetAsync($"{Documents}/{id}")).Expect(failed.Contains(id) ? HttpStatusCode.NotFound : HttpStatusCode.OK);
    }

    [Fact]
    public async Task I3_A_field_added_elsewhere_counts_for_a_write_that_did_not_know_of_it()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"shards\":2");
        (await host.PutAsync($"{Documents}/a", "{\"text\":\"red\"}")).Expect(HttpStatusCode.Created);
        host.Cluster.Catalog.UpdateElsewhere("shop", new IndexPatch([new FieldSpec("size", "number")], null, null));
        var answer = (await host.PostAsync(Documents, """{"documents":[{"id":"a","text":"red","metadata":{"size":3}},{"id":"b","text":"red","metadata":{"size":"large"}},{"id":"c","text":"red"}]}""")).Ok();
        Assert.Equal("updated,failed,created", Joined(answer, "status"));
        Assert.Equal("urn:cliporleans:error:invalid-metadata", (string?)answer["results"]![1]!["error"]!["type"]);
        Assert.Single((await host.PostAsync("/v1/indexes/shop/search", """{"filter":{"size":{"$gt":1}}}""")).Ok()["hits"]!.AsArray());
    }

    [Fact]
    public async Task An_index_made_again_meanwhile_gets_nothing_that_was_meant_for_the_former()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        (await host.PutAsync($"{Documents}/a", "{\"text\":\"red\"}")).Expect(HttpStatusCode.Created);
        var elsewhere = host.Cluster.Catalog.Tenant("default");
        var former = (await elsewhere.DeleteIndex("shop")).Value;
        await elsewhere.CreateIndex(former.Spec);
        (await host.PutAsync($"{Documents}/b", "{\"text\":\"red\"}")).Problem(Slugs.IndexChanged);
        (await host.PutAsync($"{Documents}/b", "{\"text\":\"red\"}")).Expect(HttpStatusCode.Created);
        (await host.GetAsync($"{Documents}/a")).Problem(Slugs.DocumentNotFound);
        await elsewhere.DeleteIndex("shop");
        (await host.PutAsync($"{Documents}/c", "{\"text\":\"red\"}")).Problem(Slugs.IndexNotFound);
    }

    [Fact]
    public async Task Images_are_embedded_in_batches_and_not_again_when_they_are_known()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"keepImages\":\"none\"");
        var budgets = host.Services.GetRequiredService<Budgets>();
        var free = (budgets.Images.Free, budgets.Bodies.Free);
        var body = $"{{\"documents\":[{string.Join(',', Enumerable.Range(0, 200).Select(i => $"{{\"id\":\"{i}\",\"imageBase64\":\"{TestImages.Base64((byte)i, 7, 9, 60, 60)}\"}}"))}]}}";
        Assert.Equal(200, (int)(await host.PostAsync(Documents, body)).Ok()["succeeded"]!);
        Assert.Equal(200, host.Cluster.Embedded.Sum(call => call.Inputs));
        Assert.Equal(200, (int)(await host.PostAsync(Documents, body)).Ok()["succeeded"]!);
        Assert.Equal(200, host.Cluster.Embedded.Sum(call => call.Inputs));
        Assert.Equal(free, (budgets.Images.Free, budgets.Bodies.Free));
        (await host.GetAsync($"{Documents}/1/image")).Problem(Slugs.ImageNotFound);
    }

    [Fact]
    public async Task A_kept_original_is_given_back_byte_for_byte()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"keepImages\":\"original\"");
        var image = TestImages.Bmp(1, 2, 3, 30, 20);
        (await host.SendAsync(HttpMethod.Put, $"{Documents}/a", GatewayHost.Bytes(image, "image/png"))).Expect(HttpStatusCode.Created);
        var kept = (await host.GetAsync($"{Documents}/a/image")).Expect(HttpStatusCode.OK);
        Assert.Equal(image, kept.Body);
        Assert.Equal("image/bmp", kept.MediaType);
        var again = await host.SendAsync(HttpMethod.Get, $"{Documents}/a/image", null, ("If-None-Match", kept.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.Status);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("a b+c?d#e&f=g")]
    [InlineData("üñ→😀")]
    [InlineData("documents")]
    [InlineData("\"quoted\\\"")]
    [InlineData("...")]
    public async Task Any_id_is_reached_by_its_path(string id)
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync("documents");
        var path = $"/v1/indexes/documents/documents/{Uri.EscapeDataString(id)}";
        (await host.PutAsync(path, "{\"text\":\"red\"}")).Expect(HttpStatusCode.Created);
        Assert.Equal(id, (string?)(await host.GetAsync(path)).Ok()["id"]);
        Assert.Empty((await host.PostAsync("/v1/indexes/documents/search", new JsonObject { ["id"] = id }.ToJsonString())).Ok()["hits"]!.AsArray());
        (await host.DeleteAsync(path)).Expect(HttpStatusCode.NoContent);
    }

    private static string Joined(JsonObject answer, string member) => string.Join(',', answer["results"]!.AsArray().Select(result => (string?)result![member]));
}

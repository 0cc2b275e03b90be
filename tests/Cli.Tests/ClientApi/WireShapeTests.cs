using System.Text.Json.Nodes;
using ClipOrleans.Cli.Tests.Fakes;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Embeddings;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Search;
using Microsoft.AspNetCore.Http;

namespace ClipOrleans.Cli.Tests.ClientApi;

// Danger: the server refuses unknown members, so one misspelt name or a null too many makes every call fail.
// Invariant: requests hold exactly the members that were set, by the names of the HTTP contract; answers are read whole.
// Method: each call against a scripted answer; what arrived is compared with JSON written by hand.
public sealed class WireShapeTests
{
    [Fact]
    public async Task An_index_is_created_with_the_members_that_were_set_and_no_other()
    {
        await using var server = await FakeServer.StartAsync();
        using var client = Client(server);
        var created = await client.CreateIndexAsync(new IndexDefinition
        {
            Name = "shop",
            Fields = [new FieldDefinition("tags", FieldType.Keywords), new FieldDefinition("added", FieldType.DateTime)],
            Shards = 2,
            KeepImages = KeepImages.Original,
        });
        AssertBody(server, """{"name":"shop","fields":[{"name":"tags","type":"keyword[]"},{"name":"added","type":"datetime"}],"shards":2,"keepImages":"original"}""");
        Assert.Equal("shop", created.Name);
        Assert.Equal([new FieldDefinition("tags", FieldType.Keywords), new FieldDefinition("added", FieldType.DateTime)], created.Fields);
    }

    [Fact]
    public async Task A_document_sends_its_image_as_base64_and_its_vector_as_numbers()
    {
        await using var server = await FakeServer.StartAsync();
        using var client = Client(server);
        await client.Index("shop").UpsertAsync(
        [
            new DocumentInput { Id = "a", Image = new byte[] { 1, 2, 3 }, Metadata = new JsonObject { ["n"] = 1 } },
            new DocumentInput { Id = "b", Vector = new[] { 0.5f, -1f } },
            new DocumentInput { Id = "c", Text = "x", Image = (byte[]?)null, Vector = (float[]?)null },
        ]);
        AssertBody(server, """{"documents":[{"id":"a","imageBase64":"AQID","metadata":{"n":1}},{"id":"b","vector":[0.5,-1]},{"id":"c","text":"x"}]}""");
    }

    [Fact]
    public async Task A_search_sends_what_was_asked_and_reads_hits_total_and_times()
    {
        await using var server = await FakeServer.StartAsync();
        server.Then(Capture(out var seen, """
            {"queryId":"q","hits":[{"id":"a","score":0.75,"metadata":{"colour":"Red"}}],"total":12,"exact":true,"partial":false,
             "shards":{"total":2,"succeeded":2,"failed":0},"tookMs":{"total":3.5,"encode":2,"search":1.5},"facets":{"colour":[{"value":"Red","count":7},{"value":"Blue","count":2}]},"new":"member"}
            """));
        using var client = Client(server);
        var found = await client.Index("shop").SearchAsync(new SearchRequest
        {
            Queries = [new QueryPart { Text = "shoe" }, new QueryPart { Id = "a", Weight = -0.5 }],
            Filter = new JsonObject { ["price"] = new JsonObject { ["$lt"] = 50 } },
            TopK = 5,
            Exact = true,
        });
        Assert.Equal("POST /v1/indexes/shop/search", Assert.Single(server.Requests));
        AssertJson("""{"queries":[{"text":"shoe","weight":1},{"id":"a","weight":-0.5}],"filter":{"price":{"$lt":50}},"topK":5,"exact":true}""", await seen.Task);
        Assert.Equal(("a", 0.75, "Red"), (found.Hits[0].Id, found.Hits[0].Score, found.Hits[0].Metadata!["colour"]!.GetValue<string>()));
        Assert.Equal([("Red", 7), ("Blue", 2)], found.Facets!["colour"].Select(value => (value.Value.GetString()!, value.Count)));
        Assert.Equal((12, true, new SearchedShards(2, 2, 0), new SearchTimes(3.5, 2, 1.5)), (found.Total, found.Exact, found.Shards!, found.TookMs!));
    }

    [Fact]
    public async Task A_batch_keeps_the_order_and_tells_answers_from_problems()
    {
        await using var server = await FakeServer.StartAsync();
        server.Then(Capture(out _, """
            {"results":[{"hits":[],"total":0},{"error":{"type":"urn:cliporleans:error:undeclared-field","title":"No such field","status":422,"detail":"…"}}]}
            """));
        using var client = Client(server);
        var results = await client.Index("shop").SearchBatchAsync([new SearchRequest { Text = "a" }, new SearchRequest { Text = "b" }]);
        Assert.NotNull(results[0].Response);
        Assert.Equal((null, "undeclared-field", 422), (results[1].Response, results[1].Error!.Slug, results[1].Error!.Status));
    }

    [Fact]
    public async Task Ids_and_filters_travel_escaped()
    {
        await using var server = await FakeServer.StartAsync();
        server.Then(Capture(out _, """{"id":"a/b ?","model":"tiny"}""")).Then(Capture(out _, """{"documents":[]}"""));
        using var client = Client(server);
        await client.Index("shop").GetAsync("a/b ?", includeVector: true);
        await foreach (var _ in client.Index("shop").ScrollAsync(new JsonObject { ["a"] = "x&y" }, 7))
            Assert.Fail("the page is empty");
        Assert.Equal("GET /v1/indexes/shop/documents/a%2Fb%20%3F?include=vector", server.Requests.First());
        Assert.Equal("?limit=7&filter=%7B%22a%22%3A%22x%5Cu0026y%22%7D", server.Requests.Last()["GET /v1/indexes/shop/documents".Length..]);
        Assert.Throws<ArgumentException>(() => { _ = client.Index("shop").DeleteAsync(".."); });
    }

    [Fact]
    public async Task A_scroll_follows_the_cursor_to_the_page_that_has_none()
    {
        await using var server = await FakeServer.StartAsync();
        server.Then(Capture(out _, """{"documents":[{"id":"a"},{"id":"b"}],"cursor":"c&1"}""")).Then(Capture(out _, """{"documents":[{"id":"c"}]}"""));
        using var client = Client(server);
        var ids = new List<string>();
        await foreach (var document in client.Index("shop").ScrollAsync(pageSize: 2))
            ids.Add(document.Id);
        Assert.Equal(["a", "b", "c"], ids);
        Assert.EndsWith("?limit=2&cursor=c%261", server.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_travels_raw_alone_and_as_multipart_with_metadata()
    {
        await using var server = await FakeServer.StartAsync();
        var types = new List<string?>();
        for (var status = 201; status >= 200; status--)
        {
            var answer = status;
            server.Then(async context =>
            {
                types.Add(context.Request.ContentType);
                if (context.Request.HasFormContentType)
                    Assert.Equal(("""{"a":1}""", 3L), ((await context.Request.ReadFormAsync())["metadata"].ToString(), context.Request.Form.Files["image"]!.Length));
                await FakeServer.AnswerAsync(context, answer, new JsonObject());
            });
        }
        using var client = Client(server);
        var first = await client.Index("shop").PutImageAsync("a", new byte[] { 1, 2, 3 }, "image/png");
        var second = await client.Index("shop").PutImageAsync("a", new byte[] { 1, 2, 3 }, "image/png", new JsonObject { ["a"] = 1 });
        Assert.Equal((DocumentStatus.Created, DocumentStatus.Updated), (first.Status, second.Status));
        Assert.Equal("image/png", types[0]);
        Assert.StartsWith("multipart/form-data", types[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_come_in_the_order_of_their_inputs()
    {
        await using var server = await FakeServer.StartAsync();
        server.Then(Capture(out var seen, """{"object":"list","data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}],"model":"tiny"}"""));
        using var client = Client(server);
        var vectors = await client.EmbedAsync("tiny", [new EmbeddingInput { Image = new byte[] { 1 } }, new EmbeddingInput { ImageUrl = "https://example.com/a.png" }]);
        Assert.Equal([1f, 2f], vectors.Select(vector => vector.Span[0]));
        AssertJson("""{"model":"tiny","input":[{"imageBase64":"AQ=="},{"imageUrl":"https://example.com/a.png"}]}""", await seen.Task);
    }

    [Fact]
    public async Task A_problem_keeps_its_fields_and_an_answer_that_is_none_is_quoted()
    {
        await using var server = await FakeServer.StartAsync();
        server.Then(context => FakeServer.AnswerAsync(context, 422, JsonNode.Parse("""
            {"type":"urn:cliporleans:error:undeclared-field","title":"No such field","status":422,"detail":"Declared: colour.",
             "errors":{"/filter/size":["not declared"]},"traceId":"abc","declared":["colour"]}
            """)!));
        server.Then(context =>
        {
            context.Response.StatusCode = 502;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<h1>Bad gateway</h1>");
        });
        using var client = Client(server);
        var told = await Assert.ThrowsAsync<ClipOrleansException>(() => client.Index("shop").SearchAsync(new SearchRequest { Text = "x" }));
        Assert.Equal(("undeclared-field", 422, "abc"), (told.Slug, told.Status, told.Problem.TraceId));
        Assert.Equal("No such field: Declared: colour. (/filter/size: not declared)", told.Message);
        Assert.Equal("colour", told.Problem.Extensions!["declared"][0].GetString());
        var quoted = await Assert.ThrowsAsync<ClipOrleansException>(() => client.GetIndexAsync("shop"));
        Assert.Equal((502, ""), (quoted.Status, quoted.Slug));
        Assert.Contains("Bad gateway", quoted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_travels_as_a_bearer_token()
    {
        await using var server = await FakeServer.StartAsync();
        server.Then(async context =>
        {
            Assert.Equal("Bearer secret", context.Request.Headers.Authorization.ToString());
            await FakeServer.AnswerAsync(context, 200, new JsonObject { ["indexes"] = new JsonArray() });
        });
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address, ApiKey = "secret" });
        Assert.Empty(await client.ListIndexesAsync());
    }

    private static ClipOrleansClient Client(FakeServer server) => new(new ClipOrleansClientOptions { BaseAddress = server.Address, RetryFor = TimeSpan.Zero });

    private static Func<HttpContext, Task> Capture(out TaskCompletionSource<JsonNode?> body, string answer)
    {
        var seen = body = new TaskCompletionSource<JsonNode?>();
        return async context =>
        {
            seen.SetResult(context.Request.ContentLength > 0 ? await JsonNode.ParseAsync(context.Request.Body) : null);
            await FakeServer.AnswerAsync(context, 200, JsonNode.Parse(answer)!);
        };
    }

    private static void AssertBody(FakeServer server, string expected) => AssertJson(expected, Assert.Single(server.Bodies));

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}\n but was {actual?.ToJsonString()}");
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Documents;

// Danger: a write that one door shows and another doesn't, or a change that leaves its old self in a filter.
// Invariant: I3 (after the answer every read sees it), I2 (an answered failure leaves no half).
// Method: one document through every call of the contract, looked at after each through get, search, filter and count.
public sealed class DocumentLifeTests(SharedSilo shared) : IAsyncLifetime
{
    private readonly string _index = shared.NewIndexName("life");

    private Api Api => shared.Api;

    private string Documents => $"v1/indexes/{_index}/documents";

    public async ValueTask InitializeAsync()
    {
        var fields = StoredDocuments.Fields(("colour", "keyword"), ("price", "number"), ("tags", "keyword[]"));
        await StoredDocuments.CreateAsync(Api, new JsonObject { ["name"] = _index, ["shards"] = 3, ["fields"] = fields });
    }

    public async ValueTask DisposeAsync() => await Api.DeleteAsync($"v1/indexes/{_index}");

    [Fact]
    public async Task Each_way_in_ends_in_a_document_that_is_found()
    {
        var picture = Emoji.Load(every: 300)[1];
        var image = Convert.ToBase64String(picture.Image);
        var vector = await EmbeddingAsync("a red apple");
        var documents = new JsonArray(
            new JsonObject { ["id"] = "text", ["text"] = "a green tree" },
            new JsonObject { ["id"] = "image", ["imageBase64"] = image, ["metadata"] = new JsonObject { ["colour"] = "Red", ["free"] = "form" } },
            new JsonObject { ["id"] = "vector", ["vector"] = vector.DeepClone(), ["metadata"] = new JsonObject { ["price"] = 3 } },
            new JsonObject { ["text"] = "without an id" },
            new JsonObject { ["id"] = "both", ["text"] = "x", ["imageBase64"] = image },
            new JsonObject { ["id"] = "short", ["vector"] = new JsonArray(1, 2, 3) });
        var answer = (await Api.PostAsync(Documents, new JsonObject { ["documents"] = documents })).Ok();

        var results = answer["results"]!.AsArray();
        Assert.Equal(["created", "created", "created", "created", "failed", "failed"], results.Select(result => (string)result!["status"]!));
        Assert.Equal((4, 2), ((int)answer["succeeded"]!, (int)answer["failed"]!));
        Assert.All(results.Skip(4), result => Assert.StartsWith("urn:cliporleans:error:", (string)result!["error"]!["type"]!, StringComparison.Ordinal));
        Assert.Equal("urn:cliporleans:error:dimension-mismatch", (string)results[5]!["error"]!["type"]!);
        var given = (string)results[3]!["id"]!;
        Assert.NotEmpty(given);

        (await Api.SendBytesAsync(HttpMethod.Put, $"{Documents}/raw", picture.Image, "image/webp")).Expect(HttpStatusCode.Created);
        (await Api.SendBytesAsync(HttpMethod.Put, $"{Documents}/raw", picture.Image, "image/webp")).Expect(HttpStatusCode.OK);
        (await PutMultipartAsync("parts", picture.Image)).Expect(HttpStatusCode.Created);
        (await Api.PutAsync($"{Documents}/json", new JsonObject { ["text"] = "a dog" })).Expect(HttpStatusCode.Created);

        var ids = (await StoredDocuments.ScrollAsync(Api, _index, limit: 2)).Select(StoredDocuments.Id).ToList();
        Assert.Equal(new[] { "text", "image", "vector", given, "raw", "parts", "json" }.Order(StringComparer.Ordinal), ids);
        foreach (var same in await TopAsync(new JsonObject { ["imageBase64"] = image }, 3))
        {
            Assert.Contains(same, (string[])["image", "raw", "parts"]);
        }

        Assert.Equal("text", Assert.Single(await TopAsync(new JsonObject { ["text"] = "a green tree" }, 1)));
        Assert.Equal("vector", Assert.Single(await TopAsync(new JsonObject { ["text"] = "a red apple" }, 1)));
        Assert.Equal(["image", "parts"], await TopAsync(Filter("""{"colour":"Red"}"""), 10));
        (await Api.GetAsync($"{Documents}/both")).Expect(HttpStatusCode.NotFound);
        (await Api.GetAsync($"{Documents}/short")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task I3_A_change_is_seen_at_once_through_every_door()
    {
        await StoredDocuments.UpsertAsync(Api, _index, [Json("""{"id":"a","text":"a shoe","metadata":{"colour":"Red","price":5,"tags":["x","y"],"free":{"deep":[1]}}}""")]);
        var before = await GetAsync("a");

        (await Api.PatchAsync($"{Documents}/a", Json("""{"metadata":{"colour":"Blue","price":null,"free":{"more":true}}}"""))).Ok();
        var after = await GetAsync("a");
        Assert.True(JsonNode.DeepEquals(Json("""{"colour":"Blue","tags":["x","y"],"free":{"deep":[1],"more":true}}"""), after["metadata"]), after.ToJsonString());
        Assert.Equal(before["vector"]!.ToJsonString(), after["vector"]!.ToJsonString());
        Assert.Equal(before["createdAt"]!.ToJsonString(), after["createdAt"]!.ToJsonString());
        Assert.True(DateTimeOffset.Parse((string)after["updatedAt"]!, null) >= DateTimeOffset.Parse((string)before["updatedAt"]!, null));
        Assert.Empty(await TopAsync(Filter("""{"colour":"Red"}"""), 10));
        Assert.Equal(["a"], await TopAsync(Filter("""{"colour":"Blue","price":{"$exists":false},"tags":"y"}"""), 10));

        await StoredDocuments.UpsertAsync(Api, _index, [Json("""{"id":"a","text":"a hat","metadata":{"colour":"Green"}}""")]);
        Assert.Equal("""{"colour":"Green"}""", (await GetAsync("a"))["metadata"]!.ToJsonString());
        Assert.Empty(await TopAsync(Filter("""{"colour":"Blue"}"""), 10));
        var best = (await StoredDocuments.SearchAsync(Api, _index, new JsonObject { ["text"] = "a hat" }))["hits"]!.AsArray();
        Assert.InRange((double)Assert.Single(best)!["score"]!, 0.9999, 1.0001);

        (await Api.DeleteAsync($"{Documents}/a")).Expect(HttpStatusCode.NoContent);
        (await Api.GetAsync($"{Documents}/a")).Expect(HttpStatusCode.NotFound);
        Assert.Equal("document-not-found", (await Api.DeleteAsync($"{Documents}/a")).Expect(HttpStatusCode.NotFound).Slug());
        Assert.Empty(await TopAsync(new JsonObject { ["text"] = "a hat" }, 10));
        Assert.Equal(0, (int)(await Api.GetAsync($"v1/indexes/{_index}")).Ok()["documents"]!);
    }

    [Fact]
    public async Task Deletes_by_ids_and_by_filter_take_exactly_those()
    {
        string[] colours = ["Red", "Red", "Blue", "Green", "Blue", "Red"];
        await StoredDocuments.UpsertAsync(Api, _index, colours.Select((colour, i) => Json($$$"""{"id":"{{{i}}}","text":"t{{{i}}}","metadata":{"colour":"{{{colour}}}"}}""")));
        Assert.Equal(2, (int)(await Api.PostAsync($"{Documents}/delete", Json("""{"ids":["0","3","none"]}"""))).Ok()["deleted"]!);
        Assert.Equal(2, (int)(await Api.PostAsync($"{Documents}/delete", Json("""{"filter":{"colour":"Blue"}}"""))).Ok()["deleted"]!);
        Assert.Equal(["1", "5"], (await StoredDocuments.ScrollAsync(Api, _index)).Select(StoredDocuments.Id));
    }

    [Fact]
    public async Task Ids_of_every_kind_of_character_come_back_unchanged()
    {
        string[] ids = ["a b", "a/b", "ä€𝄞", "100%", "?q=1&x", "#", "..", ".", "+", "a\\b", new string('x', 256)];
        foreach (var id in ids)
        {
            await StoredDocuments.UpsertAsync(Api, _index, [new JsonObject { ["id"] = id, ["text"] = "x" }]);
        }

        var stored = (await StoredDocuments.ScrollAsync(Api, _index)).Select(StoredDocuments.Id).ToHashSet();
        Assert.Equal(ids.ToHashSet(), stored);
        foreach (var id in ids.Where(id => id is not ("." or ".."))) // a URL cannot name these two: a client resolves them away
        {
            Assert.Equal(id, StoredDocuments.Id((await Api.GetAsync($"{Documents}/{Uri.EscapeDataString(id)}")).Ok()));
        }
    }

    private async Task<Answer> PutMultipartAsync(string id, byte[] image)
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(image);
        file.Headers.ContentType = new("image/webp");
        form.Add(file, "image", "picture.webp");
        form.Add(new StringContent("""{"colour":"Red"}""", Encoding.UTF8, "application/json"), "metadata");
        return await Api.SendAsync(new HttpRequestMessage(HttpMethod.Put, $"{Documents}/{id}") { Content = form });
    }

    private async Task<JsonNode> EmbeddingAsync(string text)
    {
        var model = (string)(await Api.GetAsync($"v1/indexes/{_index}")).Ok()["model"]!;
        var answer = (await Api.PostAsync("v1/embeddings", new JsonObject { ["model"] = model, ["input"] = text })).Ok();
        Assert.Equal("list", (string)answer["object"]!);
        return answer["data"]![0]!["embedding"]!;
    }

    private async Task<JsonObject> GetAsync(string id) => (await Api.GetAsync($"{Documents}/{id}?include=vector")).Ok();

    private async Task<List<string>> TopAsync(JsonObject query, int topK)
    {
        query["topK"] = topK;
        return StoredDocuments.Ids(await StoredDocuments.SearchAsync(Api, _index, query));
    }

    private static JsonObject Filter(string filter) => new() { ["filter"] = JsonNode.Parse(filter) };

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}

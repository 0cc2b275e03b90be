using System.Net;
using System.Net.Http.Headers;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Endpoints;

// Danger: a door that works alone and not with the others.
// Invariant: what is put is found by text, image, vector, id and filter, is read back as it was, is changed and deleted.
// Method: the API on a real socket.
public sealed class WholeWayTests
{
    [Fact]
    public async Task What_is_put_is_found_read_changed_and_deleted()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"shards\":3");
        var put = (await host.PostAsync("/v1/indexes/shop/documents", $$$"""
            {"documents":[
              {"id":"t","text":"red shoe","metadata":{"colour":"red","price":10}},
              {"id":"i","imageBase64":"{{{TestImages.Base64(0, 0, 255)}}}","metadata":{"colour":"blue","price":20}},
              {"vector":[0,1,0,0,0,0,0,0],"metadata":{"colour":"green","price":30}}
            ]}
            """)).Ok();
        Assert.Equal("""["created","created","created"]""", new System.Text.Json.Nodes.JsonArray([.. put["results"]!.AsArray().Select(result => result!["status"]!.DeepClone())]).ToJsonString());
        Assert.Equal(3, (int)put["succeeded"]!);
        (await host.SendAsync(HttpMethod.Put, "/v1/indexes/shop/documents/raw", GatewayHost.Bytes(TestImages.Bmp(0, 255, 0), "image/bmp"))).Expect(HttpStatusCode.Created);
        (await host.SendAsync(HttpMethod.Put, "/v1/indexes/shop/documents/raw", GatewayHost.Bytes(TestImages.Bmp(0, 255, 0), "image/bmp"))).Expect(HttpStatusCode.OK);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(TestImages.Bmp(255, 0, 0)) { Headers = { ContentType = new MediaTypeHeaderValue("image/bmp") } }, "image", "a.bmp" },
            { new StringContent("""{"colour":"red","price":40}"""), "metadata" },
        };
        (await host.SendAsync(HttpMethod.Put, "/v1/indexes/shop/documents/form", form)).Expect(HttpStatusCode.Created);

        Assert.Equal("t", await TopAsync(host, """{"text":"red shoe"}"""));
        Assert.Equal("i", await TopAsync(host, $$"""{"imageBase64":"{{TestImages.Base64(0, 0, 200)}}"}"""));
        Assert.Equal("form", await TopAsync(host, """{"vector":[1,0,0,0,0,0,0,0]}"""));
        Assert.Equal("form", await TopAsync(host, """{"id":"t"}"""));
        Assert.Equal("raw", await TopAsync(host, """{"queries":[{"text":"red green","weight":2},{"text":"red","weight":-2}],"filter":{"colour":{"$exists":false}}}"""));
        Assert.Equal("form,t", await IdsAsync(host, """{"filter":{"colour":"red"}}"""));

        var document = (await host.GetAsync("/v1/indexes/shop/documents/form?include=vector")).Ok();
        Assert.Equal("/v1/indexes/shop/documents/form/image", (string)document["imageUrl"]!);
        Assert.Equal(8, document["vector"]!.AsArray().Count);
        Assert.Equal("image/", (await host.GetAsync((string)document["imageUrl"]!)).Expect(HttpStatusCode.OK).MediaType![..6]);
        var patched = (await host.PatchAsync("/v1/indexes/shop/documents/form", """{"metadata":{"price":null,"colour":"pink"}}""")).Ok();
        Assert.Equal("""{"colour":"pink"}""", patched["metadata"]!.ToJsonString());
        (await host.DeleteAsync("/v1/indexes/shop/documents/form")).Expect(HttpStatusCode.NoContent);
        (await host.DeleteAsync("/v1/indexes/shop/documents/form")).Problem("document-not-found");
        Assert.Equal(2, (int)(await host.PostAsync("/v1/indexes/shop/documents/delete", """{"ids":["t","raw","nobody","t"]}""")).Ok()["deleted"]!);
        Assert.Equal(1, (int)(await host.PostAsync("/v1/indexes/shop/documents/delete", """{"filter":{"price":{"$lt":25}}}""")).Ok()["deleted"]!);
        Assert.Equal(1, (int)(await host.GetAsync("/v1/indexes/shop")).Ok()["documents"]!);
        (await host.DeleteAsync("/v1/indexes/shop")).Expect(HttpStatusCode.NoContent);
        (await host.GetAsync("/v1/indexes/shop")).Problem("index-not-found");
    }

    private static async Task<string> TopAsync(GatewayHost host, string search) => (await IdsAsync(host, search)).Split(',')[0];

    private static async Task<string> IdsAsync(GatewayHost host, string search) => string.Join(
        ',', (await host.PostAsync("/v1/indexes/shop/search", search)).Ok()["hits"]!.AsArray().Select(hit => (string)hit!["id"]!));
}

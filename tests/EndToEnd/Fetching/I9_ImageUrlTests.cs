using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Fetching;

// Danger: imageUrl is a way into the operator's network.
// Invariant: I9; no address but public ones is connected to unless Fetch:AllowPrivateNetworks says so; redirects, size and schemes are bounded.
// Method: a server on this machine that counts who came, asked for under every spelling of its address.
public sealed class I9_ImageUrlTests(SharedSilo shared)
{
    private readonly byte[] _image = Emoji.Load(every: 500)[0].Image;

    [Fact]
    public async Task I9_Nothing_on_this_machine_is_reached_by_default()
    {
        await using var server = new LocalImageServer(_image);
        string[] hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001", "127.1", "127.0.0.1.", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"];
        string[] urls = [.. hosts.Select(host => $"http://{host}:{server.Port}/picture"), "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://224.0.0.1/"];
        var index = await NewIndexAsync(shared.Api, "private");
        foreach (var url in urls)
        {
            var error = await FailureAsync(shared.Api, index, url);
            Assert.True((string?)error["type"] == "urn:cliporleans:error:address-not-allowed", $"{url}: {error.ToJsonString()}");
        }

        foreach (var url in (string[])["file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "data:image/png;base64,AAAA", "http://user:secret@127.0.0.1/x", "/picture", ""])
        {
            var error = await FailureAsync(shared.Api, index, url);
            Assert.InRange((int)error["status"]!, 400, 499);
        }

        Assert.Empty(server.Requests);
        Assert.Equal("address-not-allowed", (await shared.Api.PostAsync($"v1/indexes/{index}/search", new JsonObject { ["imageUrl"] = server.Picture })).Slug());
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_closed_network_may_be_allowed_with_redirects_and_sizes_still_bounded()
    {
        using var data = new TempFolder();
        await using var server = new LocalImageServer(_image);
        await using var silo = await SiloProcess.StartAsync(data.Path, "--Fetch:AllowPrivateNetworks=true");
        var index = await NewIndexAsync(silo.Api, "allowed");
        string[] good = [server.Picture, server.Redirects(1), server.Redirects(3)];
        foreach (var url in good)
        {
            await StoredDocuments.UpsertAsync(silo.Api, index, [new JsonObject { ["id"] = url[^1..], ["imageUrl"] = url }]);
        }

        Assert.Equal(good[0], (string?)(await silo.Api.GetAsync($"v1/indexes/{index}/documents/e")).Ok()["imageUrl"]);
        Assert.Equal(3, StoredDocuments.Ids(await StoredDocuments.SearchAsync(silo.Api, index, new JsonObject { ["imageUrl"] = server.Picture, ["minScore"] = 0.99 })).Count);
        foreach (var url in (string[])[server.Redirects(4), server.Url("to-file"), server.Url("endless"), server.Url("missing")])
        {
            var error = await FailureAsync(silo.Api, index, url);
            Assert.True((int)error["status"]! is >= 400 and < 500, $"{url}: {error.ToJsonString()}");
        }

        Assert.All(server.Requests, request => Assert.EndsWith("cookie= authorization=", request, StringComparison.Ordinal));
    }

    private async Task<string> NewIndexAsync(Api api, string hint)
    {
        var name = shared.NewIndexName(hint);
        await StoredDocuments.CreateAsync(api, new JsonObject { ["name"] = name });
        return name;
    }

    private static async Task<JsonObject> FailureAsync(Api api, string index, string url)
    {
        var documents = new JsonArray(new JsonObject { ["id"] = "x", ["imageUrl"] = url });
        var answer = (await api.PostAsync($"v1/indexes/{index}/documents", new JsonObject { ["documents"] = documents })).Ok();
        var result = answer["results"]![0]!;
        Assert.True((string?)result["status"] == "failed", $"{url}: {result.ToJsonString()}");
        return result["error"]!.AsObject();
    }
}

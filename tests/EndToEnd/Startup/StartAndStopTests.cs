using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Startup;

// Danger: a server that starts on a typing error, opens to the world without a key, or shares a data folder with another one.
// Invariant: a wrong value stops the start with its key named; I4 (one writer); I10 (same answers after a restart).
// Method: real processes started wrongly, twice, and stopped properly.
public sealed class StartAndStopTests
{
    public static TheoryData<string, string> WrongSettings { get; } = new()
    {
        { "--Cluster:Provider=pigeon", "Cluster:Provider" },
        { "--Storage:Sync=perhaps", "Storage:Sync" },
        { "--Limits:MaxImageBytes=-1", "Limits:MaxImageBytes" },
        { "--Roles=gateway,cook", "Roles" },
        { "--Models:Default=no-such-model", "Models:Default" },
        { "--Auth:Mode=maybe", "Auth:Mode" },
    };

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task A_wrong_value_stops_the_start_and_names_its_key(string setting, string key)
    {
        using var data = new TempFolder();
        await using var silo = SiloProcess.Launch(data.Path, setting);
        Assert.NotEqual(0, await silo.Process.ExitAsync());
        Assert.Contains(key, silo.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", silo.Process.Output, StringComparison.Ordinal); // a message for an operator, not a stack trace
    }

    [Fact]
    public async Task Open_auth_on_an_address_that_others_reach_refuses_to_start()
    {
        using var data = new TempFolder();
        await using var silo = SiloProcess.Launch(data.Path, "--urls=http://0.0.0.0:0");
        Assert.NotEqual(0, await silo.Process.ExitAsync());
        Assert.Contains("Auth:Mode", silo.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task I4_A_second_silo_on_the_same_data_is_refused()
    {
        using var data = new TempFolder();
        await using var first = await SiloProcess.StartAsync(data.Path);
        await StoredDocuments.CreateAsync(first.Api, SyntheticDocument.IndexBody("one", 2));
        await StoredDocuments.UpsertAsync(first.Api, "one", [new SyntheticDocument(1).Body()]);

        await using var second = SiloProcess.Launch(data.Path);
        Assert.NotEqual(0, await second.Process.ExitAsync());
        Assert.Contains("Storage:Path", second.Process.Output, StringComparison.Ordinal);

        await StoredDocuments.UpsertAsync(first.Api, "one", [new SyntheticDocument(2).Body()]);
        Assert.Equal(2, (await StoredDocuments.ScrollAsync(first.Api, "one")).Count);
    }

    [Fact]
    public async Task I10_A_restart_changes_no_answer()
    {
        using var data = new TempFolder();
        var folder = data.File("data with ünusual name");
        List<string> before;
        await using (var silo = await SiloProcess.StartAsync(folder))
        {
            await FillAsync(silo.Api);
            before = await AnswersAsync(silo.Api);
            Assert.Equal(0, await silo.StopAsync());
        }

        await using (var silo = await SiloProcess.StartAsync(folder))
        {
            Assert.Equal(before, await AnswersAsync(silo.Api));
            Assert.Equal(0, await silo.StopAsync());
        }
    }

    private static async Task FillAsync(Api api)
    {
        await StoredDocuments.CreateAsync(api, SyntheticDocument.IndexBody("numbers", 3));
        await StoredDocuments.UpsertAsync(api, "numbers", Enumerable.Range(0, 300).Select(number => new SyntheticDocument(number).Body()));
        await StoredDocuments.UpsertAsync(api, "numbers", Enumerable.Range(0, 50).Select(number => new SyntheticDocument(number * 3, 1).Body()));
        (await api.PostAsync("v1/indexes/numbers/documents/delete", JsonNode.Parse("""{"filter":{"colour":"White"}}""")!)).Ok();
        (await api.PatchAsync("v1/indexes/numbers/documents/doc-000001", JsonNode.Parse("""{"metadata":{"price":99.5}}""")!)).Ok();
        await StoredDocuments.CreateAsync(api, EmojiIndex.IndexBody("emoji"));
        await StoredDocuments.UpsertAsync(api, "emoji", Emoji.Load(every: 40).Select(picture => picture.Body()));
        await StoredDocuments.CreateAsync(api, SyntheticDocument.IndexBody("gone", 1));
        (await api.DeleteAsync("v1/indexes/gone")).Expect(System.Net.HttpStatusCode.NoContent);
    }

    private static async Task<List<string>> AnswersAsync(Api api)
    {
        await StoredDocuments.UntilLoadedAsync(api, "numbers");
        await StoredDocuments.UntilLoadedAsync(api, "emoji");
        var vector = new SyntheticDocument(1_000).VectorBody();
        var answers = new List<string>
        {
            Comparable.Of(await StoredDocuments.SearchAsync(api, "numbers", new JsonObject { ["vector"] = vector.DeepClone(), ["topK"] = 100 })),
            Comparable.Of(await StoredDocuments.SearchAsync(api, "numbers", JsonNode.Parse("""{"filter":{"price":{"$gt":60},"tags":"sale"},"topK":500,"facets":["colour"]}""")!.AsObject())),
            Comparable.Of(await StoredDocuments.SearchAsync(api, "emoji", new JsonObject { ["text"] = "red fruit", ["include"] = new JsonArray("metadata", "vector") })),
        };
        foreach (var index in (string[])["numbers", "emoji"])
        {
            answers.AddRange((await StoredDocuments.ScrollAsync(api, index)).Select(document => document.ToJsonString()));
            answers.Add((await api.GetAsync($"v1/indexes/{index}")).Ok()["documents"]!.ToJsonString());
        }

        answers.Add(string.Join(' ', (await api.GetAsync("v1/indexes")).Ok()["indexes"]!.AsArray().Select(index => (string)index!["name"]!)));
        answers.Add(Convert.ToHexString((await api.GetAsync($"v1/indexes/emoji/documents/{Emoji.Load(every: 40)[2].Id}/image")).Bytes));
        return answers;
    }
}

using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.CommandLine;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Processes;
using ClipOrleans.Stores;

namespace ClipOrleans.EndToEnd.Cluster;

// Danger: a process does what is another's, a death is not noticed, a store that is away takes the searches with it.
// Invariant: I1, I3 through any gateway; a role that is away is missed only where it is needed, and said.
// Method: the built program in parts, with real stores, all connections between the parts protected; processes and stores killed.
public sealed class ClusterTests
{
    /// <summary>Four seconds until a kill is noticed, and a busy machine.</summary>
    private static readonly TimeSpan s_whole = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task I1_I3_Parts_are_one_service_and_it_outlives_each_of_them()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.RunAsync();
        using var certificates = new TempFolder();
        using var authority = new TestAuthority("cluster");
        authority.Issue(certificates.Path, "process");
        string[] settings = [.. ClusterProcesses.Store("redis", redis.ConnectionString), .. ClusterProcesses.Tls(certificates.Path)];
        await using var cluster = await ClusterProcesses.StartAsync(data.Path, settings, new ClusterLayout(Gateways: 1, Shards: 2, Encoders: 1));
        var api = cluster.Api;
        await StoredDocuments.CreateAsync(api, new JsonObject { ["name"] = "shop", ["shards"] = 4 });
        await StoredDocuments.UpsertAsync(api, "shop", Enumerable.Range(0, 40).Select(i => new JsonObject { ["id"] = $"d{i}", ["text"] = i == 7 ? "red shoe" : $"blue hat {i}" }));
        Assert.Equal("d7", StoredDocuments.Ids(await StoredDocuments.SearchAsync(api, "shop", Text("red shoe")))[0]);
        RunsModels(cluster.Members["encoder-1"], true);
        RunsModels(cluster.Members["shard-1"], false);
        RunsModels(cluster.Members["shard-2"], false);

        // The encoder: what needs no model goes on; what needs one waits, as long as it may, until there is one again.
        await cluster.Members["encoder-1"].KillAsync();
        await UntilOkAsync(() => api.PostAsync("v1/indexes/shop/search", Filter("fail")), "shards are reached past the dead silo");
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("health/ready")).Status);
        var patient = Text("green car");
        patient["timeoutMs"] = 60_000;
        var waiting = api.PostAsync("v1/indexes/shop/search", patient);
        await cluster.StartAgainAsync("encoder-1");
        var answer = await waiting;
        Assert.True(answer.Status is HttpStatusCode.OK, $"{answer.Text}\n{cluster.Members["gateway-1"].Process.Output}");

        // The store: searches and writes of documents go on.
        await redis.KillAsync();
        await StoredDocuments.UpsertAsync(api, "shop", [new JsonObject { ["id"] = "late", ["text"] = "a red shoe" }]);
        Assert.Equal(41, (int)(await StoredDocuments.SearchAsync(api, "shop", Filter()))["total"]!);
        await redis.StartAsync();

        // A silo with shards: the other takes them over from the common folder.
        await cluster.Members["shard-1"].KillAsync();
        await UntilOkAsync(async () => await api.PostAsync("v1/indexes/shop/search", Filter("fail")), "whole again");
        Assert.Equal(41, (await StoredDocuments.ScrollAsync(api, "shop")).Count);
        await UntilOkAsync(() => api.GetAsync("v1/indexes"), "the catalog is back");
    }

    [Fact]
    public async Task I1_A_cluster_in_PostgreSQL_is_prepared_by_the_command_line_and_keeps_its_catalog()
    {
        using var data = new TempFolder();
        await using var postgres = await PostgresServer.RunAsync();
        string[] settings = ClusterProcesses.Store("postgres", postgres.ConnectionString);
        await using (var tooEarly = SiloProcess.Launch(data.Path, settings))
        {
            Assert.Equal(1, await tooEarly.Process.ExitAsync());
            Assert.Contains("clip cluster init --provider postgres", tooEarly.Process.Output, StringComparison.Ordinal);
        }

        var clip = new Clip(new Uri("http://127.0.0.1:1"), data.Path);
        Assert.Contains("version 1", await clip.RunAsync(0, "cluster", "init", "--provider", "postgres", "--connection-string", postgres.ConnectionString), StringComparison.Ordinal);
        Assert.Contains("already", await clip.RunAsync(0, "cluster", "init", "--provider", "postgres", "--connection-string", postgres.ConnectionString), StringComparison.Ordinal);
        await clip.RunAsync(1, "cluster", "init", "--provider", "postgres", "--connection-string", "Host=127.0.0.1;Port=1");

        await using (var first = await SiloProcess.StartAsync(data.Path, settings))
        await using (var second = await SiloProcess.StartAsync(data.Path, settings))
        {
            await StoredDocuments.CreateAsync(first.Api, new JsonObject { ["name"] = "shop", ["shards"] = 3 });
            await StoredDocuments.UpsertAsync(second.Api, "shop", [new JsonObject { ["id"] = "a", ["text"] = "red shoe" }]);
            Assert.Equal(1, (int)(await StoredDocuments.SearchAsync(first.Api, "shop", Filter()))["total"]!);
            await first.KillAsync();
            await second.KillAsync();
        }

        // Both are listed as alive, and neither is: the next one must not wait for them.
        await using var third = await SiloProcess.StartAsync(data.Path, settings);
        await StoredDocuments.UntilLoadedAsync(third.Api, "shop");
        Assert.Equal("a", StoredDocuments.Ids(await StoredDocuments.SearchAsync(third.Api, "shop", Text("red shoe")))[0]);
        await using (var gateway = await SiloProcess.StartAsync(data.Path, [.. settings, "--Roles=gateway"]))
            Assert.Equal("a", StoredDocuments.Ids(await StoredDocuments.SearchAsync(gateway.Api, "shop", Text("red shoe")))[0]);
        Assert.Equal(0, await third.StopAsync());
    }

    private static JsonObject Text(string text) => new() { ["text"] = text };

    private static JsonObject Filter(string partial = "allow") => new() { ["filter"] = new JsonObject(), ["partial"] = partial };

    private static Task UntilOkAsync(Func<Task<Http.Answer>> ask, string what) =>
        Deadline.UntilAsync(async () => (await ask()).Status is HttpStatusCode.OK, s_whole, () => what);

    private static void RunsModels(SiloProcess silo, bool expected) =>
        Assert.Equal(expected, File.ReadLines($"/proc/{silo.Process.Id}/maps").Any(line => line.Contains("libonnxruntime", StringComparison.Ordinal)));
}

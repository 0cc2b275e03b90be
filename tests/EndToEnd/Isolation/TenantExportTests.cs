using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.CommandLine;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Isolation;

// Danger: a tenant is deleted and something of it stays on the disk; what was taken out before is not all of it.
// Invariant: after a deletion no file and no byte names the tenant, and clip fsck misses nothing; an export makes the same tenant again.
// Method: the built programs, two tenants, every file of the data folder read for a word that only the deleted one had.
public sealed class TenantExportTests
{
    private const string Tenant = "quagga";
    private const string Word = "okapi-in-a-document";

    [Fact]
    public async Task A_tenant_is_exported_deleted_to_the_last_byte_and_made_again()
    {
        using var data = new TempFolder();
        using var work = new TempFolder();
        List<string> before;
        await using (var silo = await SiloProcess.StartAsync(data.Path, "--Auth:Mode=keys"))
        {
            var operators = (await File.ReadAllTextAsync(Path.Combine(data.Path, "operator.key"))).Trim();
            var clip = new Clip(silo.Address, work.Path, operators);
            using var other = await MakeAsync(silo, clip, "neighbour", "neighbour-in-a-document", "shoes");
            using (var own = await MakeAsync(silo, clip, Tenant, Word, "shoes", "bags"))
            {
                Assert.InRange((await own.PostAsync("v1/indexes/bags/snapshots", new JsonObject())).Code, 200, 299);
                before = await AllAsync(own);
            }

            var told = await clip.RunAsync(0, "tenant", "export", Tenant, "out");
            Assert.Contains("2 indexes, 80 documents", told, StringComparison.Ordinal);
            Assert.DoesNotContain("clip tenant export", await clip.RunAsync(0, "key", "list", "--tenant", Tenant), StringComparison.Ordinal);
            Assert.Contains("never replaces one", await clip.RunAsync(1, "tenant", "export", Tenant, "out"), StringComparison.Ordinal);
            await clip.RunAsync(0, "tenant", "delete", Tenant, "--yes");
            Assert.DoesNotContain(Tenant, await clip.RunAsync(0, "tenant", "list"), StringComparison.Ordinal);
            Assert.Equal(40, (await AllAsync(other)).Count);
            Assert.Equal(0, await silo.StopAsync());
            Assert.Equal([], Traces(data.Path));
            Assert.Contains("everything is as it was written", await clip.RunAsync(0, "fsck", data.Path), StringComparison.Ordinal);
        }

        await using (var silo = await SiloProcess.StartAsync(data.Path, "--Auth:Mode=keys"))
        {
            var operators = (await File.ReadAllTextAsync(Path.Combine(data.Path, "operator.key"))).Trim();
            var clip = new Clip(silo.Address, work.Path, operators);
            Assert.Contains("2 indexes, 80 documents", await clip.RunAsync(0, "tenant", "import", "out", "--name", "quagga-2"), StringComparison.Ordinal);
            using var again = new Api(silo.Address, await KeyAsync(clip, "quagga-2"));
            Assert.Equal(before, await AllAsync(again));
            Assert.Contains("\"maxIndexes\": 5", await File.ReadAllTextAsync(Path.Combine(work.Path, "out", "tenant.json")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_export_that_lacks_something_makes_no_tenant()
    {
        using var data = new TempFolder();
        using var work = new TempFolder();
        await using var silo = await SiloProcess.StartAsync(data.Path, "--Auth:Mode=keys");
        var clip = new Clip(silo.Address, work.Path, (await File.ReadAllTextAsync(Path.Combine(data.Path, "operator.key"))).Trim());
        using var own = await MakeAsync(silo, clip, Tenant, Word, "shoes", "bags");
        await clip.RunAsync(0, "tenant", "export", Tenant, "out");
        File.Delete(Path.Combine(work.Path, "out", "indexes", "shoes.tar"));
        Assert.Contains("shoes.tar: it is missing", await clip.RunAsync(1, "tenant", "import", "out", "--name", "second"), StringComparison.Ordinal);
        File.Delete(Path.Combine(work.Path, "out", "tenant.json"));
        Assert.Contains("holds no tenant.json", await clip.RunAsync(1, "tenant", "import", "out", "--name", "second"), StringComparison.Ordinal);
        Assert.DoesNotContain("second", await clip.RunAsync(0, "tenant", "list"), StringComparison.Ordinal);
    }

    private static async Task<Api> MakeAsync(SiloProcess silo, Clip clip, string tenant, string word, params string[] indexes)
    {
        await clip.RunAsync(0, "tenant", "create", tenant, "--max-indexes", "5");
        var api = new Api(silo.Address, await KeyAsync(clip, tenant));
        foreach (var index in indexes)
        {
            await StoredDocuments.CreateAsync(api, new JsonObject
            {
                ["name"] = index,
                ["model"] = "none",
                ["dimensions"] = 4,
                ["shards"] = 2,
                ["fields"] = StoredDocuments.Fields(("word", "keyword")),
            });
            await StoredDocuments.UpsertAsync(api, index, Enumerable.Range(0, 40).Select(i => new JsonObject
            {
                ["id"] = $"d{i:D2}",
                ["vector"] = new JsonArray(1, i, 2, 3),
                ["metadata"] = new JsonObject { ["word"] = word },
            }));
        }

        return api;
    }

    private static async Task<string> KeyAsync(Clip clip, string tenant)
    {
        var told = await clip.RunAsync(0, "key", "create", "own", "--role", "admin", "--tenant", tenant);
        return told.Split('\n').Single(line => line.StartsWith("clip_", StringComparison.Ordinal)).Trim();
    }

    /// <summary>Every document of every index, as it is told.</summary>
    private static async Task<List<string>> AllAsync(Api api)
    {
        var all = new List<string>();
        var indexes = (await api.GetAsync("v1/indexes")).Ok()["indexes"]!.AsArray().Select(index => (string)index!["name"]!).Order(StringComparer.Ordinal).ToList();
        foreach (var index in indexes)
        {
            await StoredDocuments.UntilLoadedAsync(api, index);
            all.AddRange((await StoredDocuments.ScrollAsync(api, index)).Select(document => $"{index}: {document}").Order(StringComparer.Ordinal));
        }

        return all;
    }

    /// <summary>Files whose name or content has the tenant or its word.</summary>
    private static List<string> Traces(string folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Where(path =>
            path.Contains(Tenant, StringComparison.Ordinal) || (File.Exists(path) && Contains(File.ReadAllBytes(path)))),
    ];

    private static bool Contains(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf(System.Text.Encoding.UTF8.GetBytes(Tenant)) >= 0 || bytes.IndexOf(System.Text.Encoding.UTF8.GetBytes(Word)) >= 0;
}

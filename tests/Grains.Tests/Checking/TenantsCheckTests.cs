using System.Text.Json.Nodes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Grains.Checking;
using ClipOrleans.Storage.Checking;

namespace ClipOrleans.Grains.Tests.Checking;

// Danger: an operator is told that a catalog is whole in which keys open a tenant that does not know of them, or a tenant is lost from the list.
// Invariant: what the grains write is whole; each thing that does not fit the tenants' own entries is found in its file; what a crash leaves is a note.
// Method: the catalog of a cluster with two tenants and their keys; one file edited at a time, without its checksum.
public sealed class TenantsCheckTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private string _ring = "";

    private string Root => Path.Combine(_data.Path, "catalog");

    public async ValueTask InitializeAsync()
    {
        await using var cluster = await GrainsCluster.StartAsync(_data.Path);
        foreach (var tenant in (string[])["acme", "globex"])
        {
            Assert.True((await cluster.Tenant(tenant).Create(new TenantQuotas())).IsSuccess);
            var ring = (await cluster.Tenant(tenant).OpenKeyRing()).Value;
            _ring = tenant == "acme" ? ring : _ring;
            foreach (var scope in (KeyScope[])[new(KeyRole.Admin, AllIndexes: true, [], ExpiresAt: null), new(KeyRole.Read, AllIndexes: false, ["shop"], ExpiresAt: null)])
            {
                var key = ApiKey.New(ring);
                Assert.True((await cluster.Tenant(tenant).AddKey(ring, new KeySpec(key.Id, key.Hash(), "one", scope))).IsSuccess);
            }
        }

        // Nothing is left to be found of one that is gone.
        Assert.True((await cluster.Tenant("gone").Create(new TenantQuotas())).IsSuccess);
        Assert.Null(await cluster.Tenant("gone").Delete());
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void What_the_grains_write_is_whole() => Assert.Empty(Check());

    [Fact]
    public void Keys_of_a_tenant_that_does_not_lead_to_them_are_damage()
    {
        Edit("keys", _ring, state => state["tenant"] = "globex");
        Found(CheckSeverity.Damage, "keys", "tenant 'globex'");
        Edit("keys", _ring, state => state["tenant"] = "nobody");
        Found(CheckSeverity.Damage, "keys", "tenant 'nobody'");
    }

    [Fact]
    public void Keys_that_can_be_none_are_damage()
    {
        Edit("keys", _ring, state =>
        {
            state["keys"]![0]!["hash"] = "AAAA";
            state["keys"]![1]!["indexes"] = new JsonArray();
        });
        Found(CheckSeverity.Damage, "keys", "no SHA-256");
        Found(CheckSeverity.Damage, "keys", "good for");
        Edit("keys", _ring, state => state["keys"]![0]!["id"] = (string?)state["keys"]![1]!["id"]);
        Found(CheckSeverity.Damage, "keys", "another key has it");
    }

    [Fact]
    public void A_flipped_bit_in_each_kind_of_file_is_found_and_is_the_only_thing_that_is()
    {
        foreach (var folder in (string[])["keys", "directory"])
        {
            var path = Directory.EnumerateFiles(Path.Combine(Root, folder)).First();
            var bytes = File.ReadAllBytes(path);
            byte[] flipped = [.. bytes];
            flipped[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(path, flipped);
            Assert.Equal((CheckSeverity.Damage, path), Assert.Single(Check().Select(finding => (finding.Severity, finding.File))));
            File.WriteAllBytes(path, bytes);
        }
    }

    [Fact]
    public void A_tenant_that_the_list_lacks_or_has_in_the_wrong_place_is_damage()
    {
        var part = TenantDirectoryKey.Of(TenantId.Parse("acme"));
        Edit("directory", part, state => state["tenants"] = new JsonObject());
        Found(CheckSeverity.Damage, "tenant", "in no part of the list");
        Edit("directory", part, state => state["tenants"] = new JsonObject { ["acme"] = "2026-03-01T12:00:00+00:00", ["nobody"] = "2026-03-01T12:00:00+00:00" });
        Assert.Contains(Check(), finding => finding.Severity is CheckSeverity.Damage && finding.Reason.Contains("'nobody'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_removal_that_goes_on_is_a_note_and_one_that_nobody_remembers_is_damage()
    {
        Edit("tenant", "acme", state => state["phase"] = "deleting");
        Found(CheckSeverity.Damage, "tenant", "no start goes on with it");
        Directory.CreateDirectory(Path.Combine(Root, "removals"));
        File.WriteAllText(Path.Combine(Root, "removals", "0.json"), """{"format":1,"grain":"tenantremovals/0","version":1,"state":{"tenants":["acme"]}}""");
        Assert.Equal(CheckSeverity.Note, Assert.Single(Check()).Severity);
    }

    [Fact]
    public void A_ring_that_is_not_there_yet_is_a_note()
    {
        File.Delete(Path.Combine(Root, "keys", $"{_ring}.json"));
        Assert.Contains("acme has no keys", Assert.Single(Check()).Reason, StringComparison.Ordinal);
        Found(CheckSeverity.Note, "tenant", "has no keys");
    }

    private IReadOnlyList<CheckFinding> Check() => CatalogCheck.Run(Root).Report.Findings;

    private void Found(CheckSeverity severity, string folder, string words) => Assert.Contains(
        Check(),
        finding => finding.Severity == severity && finding.Reason.Contains(words, StringComparison.Ordinal) && Path.GetDirectoryName(finding.File) == Path.Combine(Root, folder));

    private void Edit(string folder, string key, Action<JsonNode> edit)
    {
        var path = Path.Combine(Root, folder, $"{key}.json");
        var entry = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        entry.Remove("checksum");
        edit(entry["state"]!);
        File.WriteAllText(path, entry.ToJsonString());
    }
}

using System.Text.Json.Nodes;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Contracts.Tenants;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Tests.Tenants;

// Danger: a tenant that is deleted and leaves something behind, or half of itself; a new one of its name that meets the former's rows; one that the list forgets.
// Invariants: I1, I2, I5 for tenants as a whole.
// Method: real engine and catalog on a folder that is looked at; entries changed as a crash would have left them.
public sealed class TenantLifeTests
{
    /// <summary>Removing a few small shards; then something hangs.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_tenant_is_created_once_and_described()
    {
        using var data = new TempFolder();
        var quotas = new TenantQuotas(MaxIndexes: 1, RequestsPerMinute: 60);
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").Describe()).Error?.Slug);
            Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").Delete())?.Slug);
            Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").OpenKeyRing()).Error?.Slug);
            Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").ListKeys()).Error?.Slug);
            Assert.Equal(quotas, Sample.Ok(await cluster.Tenant("acme").Create(quotas)).Quotas);
            Assert.Equal(Slugs.TenantExists, (await cluster.Tenant("acme").Create(new TenantQuotas())).Error?.Slug);
            Assert.True((await cluster.Tenant("acme").CreateIndex(Sample.Spec("one"))).IsSuccess);
            Assert.Equal(Slugs.QuotaExceeded, (await cluster.Tenant("acme").CreateIndex(Sample.Spec("two"))).Error?.Slug);
            Assert.Null((await cluster.Tenant("default").Describe()).Value.CreatedAt);
        }

        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            var info = Sample.Ok(await cluster.Tenant("acme").Describe());
            Assert.Equal(("acme", 1, false, quotas), (info.Id, info.Indexes, info.IsDeleting, info.Quotas));
            Assert.Equal(["acme"], await ListAsync(cluster));
        }
    }

    [Fact]
    public async Task I5_Of_a_deleted_tenant_no_byte_is_left_and_its_successor_meets_nothing_of_it()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var other = await Sample.CreateAsync(cluster, "pictures", tenant: "globex");
        await other.WriteAsync([Sample.Document(1)]);
        var before = Files(data.Path);
        var (former, key) = await FillAsync(cluster);
        Assert.Null(await cluster.Tenant("acme").Delete());
        Assert.Equal(before, Files(data.Path));
        Assert.Equal(["globex"], await ListAsync(cluster));
        Assert.Null(await cluster.Grains.GetGrain<IKeyRingGrain>(key.Ring).Find(key.Id, key.Hash().AsImmutable()));
        Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").CreateIndex(Sample.Spec("pictures"))).Error?.Slug);
        Assert.Equal(Slugs.TenantNotFound, (await cluster.Grains.GetGrain<IUploadGrain>("acme/late").Begin("{}"u8.ToArray().AsImmutable())).Error?.Slug);
        Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").Delete())?.Slug);

        var again = await Sample.CreateAsync(cluster, "pictures", shards: 2);
        Assert.True(again.Index.Incarnation > former.Index.Incarnation);
        Assert.Equal(0, (await again.SearchAsync(again.Query(null, 10))).Matched);
        Assert.Equal(Slugs.IndexNotFound, (await former.Shard(0).Write(new DocumentBatch(former.Index.Version, [Sample.Document(1)]))).Error?.Slug);
        Assert.Empty((await cluster.Tenant("acme").ListKeys()).Value);
        Assert.Equal(1, (await other.SearchAsync(other.Query(null, 10))).Matched);
    }

    [Fact]
    public async Task I2_A_removal_cut_short_goes_on_at_the_next_start()
    {
        using var data = new TempFolder();
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            await FillAsync(cluster);
            await cluster.Grains.GetGrain<ITenantRemovalsGrain>("0").Begin("acme");
            // A removal that was remembered and did not begin is forgotten.
            await cluster.Tenant("globex").Create(new TenantQuotas());
            await cluster.Grains.GetGrain<ITenantRemovalsGrain>("0").Begin("globex");
        }

        Change(data.Path, "acme", state => state["phase"] = "deleting");
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            using var hang = new CancellationTokenSource(s_hang);
            while (File.Exists(Path.Combine(data.Path, "catalog", "removals", "0.json")))
            {
                await cluster.Grains.GetGrain<ITenantRemovalsGrain>("0").Resume();
                hang.Token.ThrowIfCancellationRequested();
            }

            Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").Describe()).Error?.Slug);
            Assert.Equal(["globex"], await ListAsync(cluster));
            Assert.False(Directory.Exists(Path.Combine(data.Path, "tenants", "acme")));
            Assert.Equal(["catalog/directory/" + TenantDirectoryKey.Of(TenantId.Parse("globex")) + ".json", "catalog/tenant/globex.json"], Files(data.Path));
        }
    }

    [Fact]
    public async Task I2_While_a_tenant_is_being_removed_it_is_gone_for_everyone_and_asking_again_goes_on()
    {
        using var data = new TempFolder();
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
            await FillAsync(cluster);
        Change(data.Path, "acme", state => state["phase"] = "deleting");
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            Assert.True((await cluster.Tenant("acme").Describe()).Value.IsDeleting);
            Assert.Equal(Slugs.TenantExists, (await cluster.Tenant("acme").Create(new TenantQuotas())).Error?.Slug);
            Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").OpenKeyRing()).Error?.Slug);
            Assert.Equal(Slugs.TenantNotFound, (await cluster.Tenant("acme").CreateIndex(Sample.Spec("late"))).Error?.Slug);
            Assert.Null(await cluster.Tenant("acme").Delete());
            Assert.Empty(Files(data.Path));
        }
    }

    [Fact]
    public async Task A_creation_cut_short_is_finished_by_the_next_one()
    {
        using var data = new TempFolder();
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
            Assert.True((await cluster.Tenant("acme").Create(new TenantQuotas())).IsSuccess);
        Change(data.Path, "acme", state => state["isListed"] = false);
        Directory.Delete(Path.Combine(data.Path, "catalog", "directory"), recursive: true);
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            Assert.Empty(await ListAsync(cluster));
            Assert.True((await cluster.Tenant("acme").Create(new TenantQuotas(MaxIndexes: 3))).IsSuccess);
            Assert.Equal(["acme"], await ListAsync(cluster));
        }
    }

    [Fact]
    public async Task A_catalog_of_before_there_were_tenants_is_read_as_it_was()
    {
        using var data = new TempFolder();
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
            await Sample.CreateAsync(cluster, "pictures", tenant: "default");
        Change(data.Path, "default", state =>
        {
            foreach (var name in (string[])["phase", "createdAt", "quotas", "isListed", "keyRing"])
                state.Remove(name);
        });
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            Assert.Equal("pictures", Assert.Single(await cluster.Tenant("default").ListIndexes()).Spec.Name);
            Assert.Equal(1, (await cluster.Tenant("default").Describe()).Value.Indexes);
            Assert.True((await cluster.Tenant("default").OpenKeyRing()).IsSuccess);
            Assert.True((await cluster.Tenant("default").CreateIndex(Sample.Spec("more"))).IsSuccess);
        }
    }

    [Fact]
    public async Task The_tenant_of_open_mode_loses_what_it_has_and_stays()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var former = await Sample.CreateAsync(cluster, "pictures", tenant: "default");
        Assert.Null(await cluster.Tenant("default").Delete());
        Assert.Empty(await cluster.Tenant("default").ListIndexes());
        Assert.Empty(await ListAsync(cluster));
        var again = Sample.Ok(await cluster.Tenant("default").CreateIndex(Sample.Spec("pictures")));
        Assert.True(again.Incarnation > former.Index.Incarnation);
    }

    [Fact]
    public async Task Many_tenants_are_listed_in_order_page_by_page()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var names = Enumerable.Range(0, 200).Select(number => $"t{number * 7919 % 1000:D3}").ToArray();
        foreach (var some in names.Chunk(20))
            await Task.WhenAll(some.Select(name => cluster.Tenant(name).Create(new TenantQuotas())));
        Assert.Equal(names.Order(StringComparer.Ordinal), await ListAsync(cluster));
        var part = cluster.Grains.GetGrain<ITenantDirectoryGrain>(TenantDirectoryKey.Of(TenantId.Parse(names[0])));
        var all = (await part.List(null, 1_000)).Select(tenant => tenant.Id).ToArray();
        Assert.Contains(names[0], all);
        var seen = new List<string>();
        while (await part.List(seen.LastOrDefault(), 2) is { IsEmpty: false } page)
            seen.AddRange(page.Select(tenant => tenant.Id));
        Assert.Equal(all, seen);
        Assert.Equal(all.Where(name => string.CompareOrdinal(name, "t500x") > 0), (await part.List("t500x", 1_000)).Select(tenant => tenant.Id));
    }

    /// <summary>Indexes, documents, a snapshot of one index that exists and of one that does not, a key, and an upload that was left.</summary>
    private static async Task<(Sample Index, ApiKey Key)> FillAsync(GrainsCluster cluster)
    {
        var sample = await Sample.CreateAsync(cluster, "pictures", shards: 2);
        await sample.WriteAsync(Enumerable.Range(0, 20).Select(number => Sample.Document(number)));
        await Sample.CreateAsync(cluster, "empty");
        await Sample.CreateAsync(cluster, "gone");
        foreach (var name in (string[])["pictures", "gone"])
        {
            var snapshots = cluster.Grains.GetGrain<ISnapshotsGrain>($"acme/{name}");
            var begun = Sample.Ok(await snapshots.Begin());
            Assert.Equal(SnapshotState.Ready, Sample.Ok(await snapshots.Get(begun.Id, 20_000)).State);
        }

        await cluster.Tenant("acme").DeleteIndex("gone");
        var key = ApiKey.New(Sample.Ok(await cluster.Tenant("acme").OpenKeyRing()));
        Sample.Ok(await cluster.Tenant("acme").AddKey(key.Ring, new KeySpec(key.Id, key.Hash(), "one", new KeyScope(KeyRole.Admin, true, [], null))));
        return (sample, key);
    }

    private static async Task<string[]> ListAsync(GrainsCluster cluster)
    {
        var parts = await Task.WhenAll(TenantDirectoryKey.All.Select(part => cluster.Grains.GetGrain<ITenantDirectoryGrain>(part).List(null, 1_000)));
        return [.. parts.SelectMany(part => part).Select(tenant => tenant.Id).Order(StringComparer.Ordinal)];
    }

    private static void Change(string data, string tenant, Action<JsonObject> change)
    {
        var file = Path.Combine(data, "catalog", "tenant", $"{tenant}.json");
        var entry = JsonNode.Parse(File.ReadAllText(file))!;
        change(entry["state"]!.AsObject());
        // Nobody sealed it: as files were before there was a checksum.
        entry.AsObject().Remove("checksum");
        File.WriteAllText(file, entry.ToJsonString());
    }

    /// <summary>All files that are there, but for those of the shards of another tenant, which are open and change.</summary>
    private static string[] Files(string data) => [.. Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(data, file).Replace(Path.DirectorySeparatorChar, '/'))
        .Where(file => !file.StartsWith("tenants/globex/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}

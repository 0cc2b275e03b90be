using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Grains.Tests.Tenants;

// Danger: an index deleted and made again meets its former rows; two of one name; one tenant sees another's.
// Invariants: I5 (tenants never meet), and that a name is one index at a time.
// Method: real engine and catalog on a folder.
public sealed class TenantGrainTests
{
    [Fact]
    public async Task An_index_deleted_and_made_again_never_meets_its_former_rows()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var former = await Sample.CreateAsync(cluster, "pictures", shards: 2);
        await former.WriteAsync(Enumerable.Range(0, 20).Select(number => Sample.Document(number)));
        Assert.True((await cluster.Tenant("acme").DeleteIndex("pictures")).IsSuccess);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(data.Path, "tenants", "acme", "indexes")));

        var late = await former.Shard(0).Write(new DocumentBatch(former.Index.Version, [Sample.Document(1)]));
        Assert.Equal(Slugs.IndexNotFound, late.Error?.Slug);

        var again = await Sample.CreateAsync(cluster, "pictures", shards: 2);
        Assert.True(again.Index.Incarnation > former.Index.Incarnation);
        Assert.Equal(0, (await again.SearchAsync(again.Query(null, 10))).Matched);
        Assert.Equal(Slugs.IndexNotFound, (await former.Shard(0).Search(former.Query(null, 10))).Error?.Slug);
        Assert.Equal(Slugs.IndexNotFound, (await former.Shard(1).Write(new DocumentBatch(former.Index.Version, [Sample.Document(2)]))).Error?.Slug);
        Assert.Equal(0, (await again.SearchAsync(again.Query(null, 10))).Matched);
    }

    [Fact]
    public async Task An_index_made_under_a_catalog_that_was_lost_never_meets_the_rows_of_before()
    {
        using var data = new TempFolder();
        long before;
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            var former = await Sample.CreateAsync(cluster, "pictures", shards: 2);
            await former.WriteAsync(Enumerable.Range(0, 20).Select(number => Sample.Document(number)));
            before = former.Index.Incarnation;
        }

        Directory.Delete(Path.Combine(data.Path, "catalog"), recursive: true);
        await using var again = await GrainsCluster.StartAsync(data.Path);
        var index = await Sample.CreateAsync(again, "pictures", shards: 2);
        Assert.True(index.Index.Incarnation > before);
        Assert.Equal(0, (await index.SearchAsync(index.Query(null, 10))).Matched);
        Assert.True(Directory.Exists(Path.Combine(data.Path, "tenants", "acme", "indexes", $"pictures-{before}")));
    }

    [Fact]
    public async Task A_name_is_taken_until_its_index_is_deleted()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var tenant = cluster.Tenant("acme");
        Assert.Equal(Slugs.TenantNotFound, (await tenant.CreateIndex(Sample.Spec("pictures"))).Error?.Slug);
        Assert.True((await tenant.Create(new TenantQuotas())).IsSuccess);
        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => tenant.CreateIndex(Sample.Spec("pictures"))));
        Assert.Single(all, one => one.IsSuccess);
        Assert.All(all.Where(one => !one.IsSuccess), one => Assert.Equal(Slugs.IndexExists, one.Error?.Slug));

        Assert.True((await tenant.DeleteIndex("pictures")).IsSuccess);
        Assert.Equal(Slugs.IndexNotFound, (await tenant.DeleteIndex("pictures")).Error?.Slug);
        Assert.Equal(Slugs.IndexNotFound, (await cluster.Index("acme", "pictures").Describe()).Error?.Slug);
        Assert.True((await tenant.CreateIndex(Sample.Spec("pictures"))).IsSuccess);
    }

    [Fact]
    public async Task I5_Tenants_have_indexes_of_the_same_name_and_never_meet()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var ours = await Sample.CreateAsync(cluster, "pictures", tenant: "acme");
        var theirs = await Sample.CreateAsync(cluster, "pictures", tenant: "acme-2");
        await ours.WriteAsync([Sample.Document(1)]);
        await theirs.WriteAsync([Sample.Document(2), Sample.Document(3)]);
        Assert.Equal(1, (await ours.SearchAsync(ours.Query(null, 10))).Matched);
        Assert.Equal(2, (await theirs.SearchAsync(theirs.Query(null, 10))).Matched);
        Assert.True((await cluster.Tenant("acme").DeleteIndex("pictures")).IsSuccess);
        Assert.Empty(await cluster.Tenant("acme").ListIndexes());
        Assert.Equal(2, (await theirs.SearchAsync(theirs.Query(null, 10))).Matched);
    }

    [Fact]
    public async Task Indexes_are_listed_by_name_and_after_a_restart_too()
    {
        using var data = new TempFolder();
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            foreach (var name in (string[])["b-1", "a_2", "c", "a-2"])
                await Sample.CreateAsync(cluster, name);
            await cluster.Tenant("acme").DeleteIndex("c");
        }

        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            var listed = await cluster.Tenant("acme").ListIndexes();
            Assert.Equal(["a-2", "a_2", "b-1"], listed.Select(index => index.Spec.Name));
            Assert.Equal((await cluster.Index("acme", "a_2").Describe()).Value.CreatedAt, listed[1].CreatedAt);
        }
    }
}

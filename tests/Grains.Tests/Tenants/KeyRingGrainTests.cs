using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Tests.Tenants;

// Danger: a key that can be read back, that opens another tenant, or that outlives its deletion; a use that nobody knows of.
// Invariants: I5; of a key only its SHA-256 is kept; what is deleted or expired is found no more; last uses survive.
// Method: the grains over a catalog on a folder, which is searched for the keys.
public sealed class KeyRingGrainTests
{
    private static readonly KeyScope s_read = new(KeyRole.Read, AllIndexes: true, [], ExpiresAt: null);

    [Fact]
    public async Task I5_A_key_is_found_by_its_hash_alone_and_only_the_hash_is_kept()
    {
        using var data = new TempFolder();
        ApiKey acme;
        ApiKey globex;
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            acme = await MakeAsync(cluster, "acme", "first", new KeyScope(KeyRole.Write, AllIndexes: false, ["shop"], ExpiresAt: null));
            globex = await MakeAsync(cluster, "globex", "first", s_read);
        }

        foreach (var file in Directory.EnumerateFiles(data.Path, "*", SearchOption.AllDirectories))
        {
            var text = await File.ReadAllTextAsync(file);
            Assert.All([acme, globex], key => Assert.DoesNotContain(key.Reveal()[^43..], text, StringComparison.Ordinal));
        }

        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            var grant = (await FindAsync(cluster, acme))!;
            Assert.Equal(("acme", acme.Id, KeyRole.Write, false), (grant.Tenant, grant.KeyId, grant.Scope.Role, grant.Scope.AllIndexes));
            Assert.Equal(["shop"], grant.Scope.Indexes);
            Assert.Equal("globex", (await FindAsync(cluster, globex))?.Tenant);
            Assert.Null(await cluster.Grains.GetGrain<IKeyRingGrain>(acme.Ring).Find(acme.Id, globex.Hash().AsImmutable()));
            Assert.Null(await cluster.Grains.GetGrain<IKeyRingGrain>(acme.Ring).Find(globex.Id, globex.Hash().AsImmutable()));
            Assert.Null(await cluster.Grains.GetGrain<IKeyRingGrain>(acme.Ring).Find(acme.Id, Array.Empty<byte>().AsImmutable()));
            Assert.Null(await FindAsync(cluster, ApiKey.New(acme.Ring)));
            Assert.Null(await FindAsync(cluster, ApiKey.New(ApiKey.NewRing())));
        }
    }

    [Fact]
    public async Task A_deleted_key_is_found_no_more_and_two_live_ones_overlap()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var old = await MakeAsync(cluster, "acme", "shop window", s_read);
        var young = await MakeAsync(cluster, "acme", "shop window", s_read);
        Assert.NotNull(await FindAsync(cluster, old));
        Assert.NotNull(await FindAsync(cluster, young));
        Assert.Equal([old.Id, young.Id], (await cluster.Tenant("acme").ListKeys()).Value.Select(key => key.Id));
        Assert.Null(await cluster.Tenant("acme").RemoveKey(old.Id));
        Assert.Equal(Slugs.KeyNotFound, (await cluster.Tenant("acme").RemoveKey(old.Id))?.Slug);
        Assert.Null(await FindAsync(cluster, old));
        Assert.NotNull(await FindAsync(cluster, young));
    }

    [Fact]
    public async Task A_key_ends_when_it_was_said_to()
    {
        var clock = new ManualClock();
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, services => services.AddSingleton<TimeProvider>(clock));
        var key = await MakeAsync(cluster, "acme", "for a day", s_read with { ExpiresAt = clock.GetUtcNow().AddDays(1) });
        Assert.NotNull(await FindAsync(cluster, key));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Null(await FindAsync(cluster, key));
    }

    [Fact]
    public async Task When_a_key_was_used_last_is_known_at_once_and_after_a_restart()
    {
        using var data = new TempFolder();
        ApiKey key;
        DateTimeOffset? used;
        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
        {
            key = await MakeAsync(cluster, "acme", "one", s_read);
            Assert.Null(Assert.Single((await cluster.Tenant("acme").ListKeys()).Value).LastUsedAt);
            Assert.Null(await cluster.Grains.GetGrain<IKeyRingGrain>(key.Ring).Find(key.Id, new byte[32].AsImmutable()));
            Assert.Null(Assert.Single((await cluster.Tenant("acme").ListKeys()).Value).LastUsedAt);
            Assert.NotNull(await FindAsync(cluster, key));
            used = Assert.Single((await cluster.Tenant("acme").ListKeys()).Value).LastUsedAt;
            Assert.NotNull(used);
        }

        await using (var cluster = await GrainsCluster.StartAsync(data.Path))
            Assert.Equal(used, Assert.Single((await cluster.Tenant("acme").ListKeys()).Value).LastUsedAt);
    }

    [Fact]
    public async Task A_tenant_has_as_many_keys_as_fit_one_entry()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        await cluster.Tenant("acme").Create(new TenantQuotas());
        var ring = (await cluster.Tenant("acme").OpenKeyRing()).Value;
        for (var i = 0; i < Limits.MaxKeysPerTenant; i++)
            Assert.True((await AddAsync(cluster, ring)).IsSuccess);
        Assert.Equal(Slugs.QuotaExceeded, (await AddAsync(cluster, ring)).Error?.Slug);
        Assert.Equal(Slugs.TenantNotFound, (await AddAsync(cluster, ApiKey.NewRing())).Error?.Slug);
    }

    [Fact]
    public void A_key_is_read_as_it_was_written_and_tells_its_secret_to_nobody()
    {
        var key = ApiKey.New(ApiKey.NewRing());
        Assert.Equal(ApiKey.Length, key.Reveal().Length);
        Assert.True(ApiKey.TryParse(key.Reveal(), out var read));
        Assert.Equal((key.Ring, key.Id), (read.Ring, read.Id));
        Assert.Equal(key.Hash(), read.Hash());
        Assert.True(ApiKey.IsRing(key.Ring) && NameRule.IsValid(key.Ring));
        Assert.DoesNotContain(key.Reveal()[^43..], $"{key}", StringComparison.Ordinal);
        var text = key.Reveal();
        foreach (var wrong in (string[])["", "clip_", text[1..], text + "x", text[..^1], text.Replace('_', '-'), text.ToUpperInvariant(), text.Replace(key.Ring, "../../../../../..", StringComparison.Ordinal), text[..^1] + "!"])
            Assert.False(ApiKey.TryParse(wrong, out _), wrong);
    }

    private static Task<Result<KeyInfo>> AddAsync(GrainsCluster cluster, string ring)
    {
        var key = ApiKey.New(ring);
        return cluster.Tenant("acme").AddKey(ring, new KeySpec(key.Id, key.Hash(), "one of many", s_read));
    }

    private static Task<KeyGrant?> FindAsync(GrainsCluster cluster, ApiKey key) =>
        cluster.Grains.GetGrain<IKeyRingGrain>(key.Ring).Find(key.Id, key.Hash().AsImmutable());

    private static async Task<ApiKey> MakeAsync(GrainsCluster cluster, string tenant, string name, KeyScope scope)
    {
        await cluster.Tenant(tenant).Create(new TenantQuotas());
        var key = ApiKey.New(Sample.Ok(await cluster.Tenant(tenant).OpenKeyRing()));
        var info = Sample.Ok(await cluster.Tenant(tenant).AddKey(key.Ring, new KeySpec(key.Id, key.Hash(), name, scope)));
        Assert.Equal((key.Id, name, scope.Role), (info.Id, info.Name, info.Scope.Role));
        return key;
    }
}

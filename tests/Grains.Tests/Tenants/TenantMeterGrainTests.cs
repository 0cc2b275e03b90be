using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Contracts.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Grains.Tests.Tenants;

// Danger: a tenant that uses more than it may through many gateways, or that is refused what it has room for.
// Invariant: a minute's allowance is given out once; what is stored is what the shards say and what was written since; a restore fits or is not begun.
// Method: the grains over the real engine, and a clock that is moved.
public sealed class TenantMeterGrainTests
{
    [Fact]
    public async Task A_minute_is_given_out_once_and_then_the_next_one()
    {
        var clock = new ManualClock();
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, services => services.AddSingleton<TimeProvider>(clock));
        Sample.Ok(await cluster.Tenant("acme").Create(new TenantQuotas(RequestsPerMinute: 5)));
        var meter = cluster.Grains.GetGrain<ITenantMeterGrain>("acme");
        Assert.Equal(new MeterGrant(5, 3, 2, 60), await meter.Take(MeteredKind.Requests, 3));
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(new MeterGrant(5, 2, 0, 40), await meter.Take(MeteredKind.Requests, 10));
        Assert.Equal(new MeterGrant(5, 0, 0, 40), await meter.Take(MeteredKind.Requests, 1));
        Assert.Equal(new MeterGrant(null, 7, 0, 0), await meter.Take(MeteredKind.Encodes, 7));
        clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(new MeterGrant(5, 1, 4, 60), await meter.Take(MeteredKind.Requests, 1));
    }

    [Fact]
    public async Task What_is_stored_is_what_all_shards_hold_and_what_was_written_since()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        Sample.Ok(await cluster.Tenant("acme").Create(new TenantQuotas(MaxDocuments: 100)));
        var (one, two) = (await Sample.CreateAsync(cluster, "one", shards: 2), await Sample.CreateAsync(cluster, "two"));
        await one.WriteAsync(Enumerable.Range(0, 5).Select(number => Sample.Document(number)));
        await two.WriteAsync([Sample.Document(1)]);
        var meter = cluster.Grains.GetGrain<ITenantMeterGrain>("acme");
        var room = await meter.GetRoom(0, 0, fresh: true);
        Assert.Equal((100L, null, 6L), (room.MaxDocuments, room.MaxBytes, room.Documents));
        Assert.True(room.Bytes > 6 * Sample.Dimensions * sizeof(float), $"{room.Bytes} bytes");
        Assert.Equal((9L, room.Bytes + 10), ((await meter.GetRoom(3, 10, fresh: false)).Documents, (await meter.GetRoom(0, 0, fresh: false)).Bytes));
        Assert.False((await cluster.Grains.GetGrain<ITenantMeterGrain>("default").GetRoom(1, 1, fresh: true)).IsLimited);
    }

    [Fact]
    public async Task A_restore_that_does_not_fit_is_not_begun()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        Sample.Ok(await cluster.Tenant("acme").Create(new TenantQuotas(MaxDocuments: 5)));
        var index = await Sample.CreateAsync(cluster, "one");
        await index.WriteAsync(Enumerable.Range(0, 3).Select(number => Sample.Document(number)));
        var snapshots = cluster.Grains.GetGrain<ISnapshotsGrain>("acme/one");
        var made = Sample.Ok(await snapshots.Get(Sample.Ok(await snapshots.Begin()).Id, 10_000));
        Assert.Equal((SnapshotState.Ready, 3L), (made.State, made.Documents));
        Assert.Equal(Slugs.QuotaExceeded, (await snapshots.Restore(made.Id, "two")).Error?.Slug);
        Assert.Single(await cluster.Tenant("acme").ListIndexes());
        Sample.Ok(await cluster.Tenant("acme").DeleteIndex("one"));
        Assert.Equal("two", Sample.Ok(await snapshots.Restore(made.Id, "two")).Spec.Name);
    }
}

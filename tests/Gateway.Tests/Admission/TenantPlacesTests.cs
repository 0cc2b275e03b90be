using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: one tenant's slow streams hold all places, so that nobody else can import; a place that is lost with who gave up.
// Invariant: a tenant that holds nothing enters at once; who waits enters in turn when a place is free; every place comes back.
// Method: places taken and left in order; patience by a clock of the test.
public sealed class TenantPlacesTests
{
    private static readonly TenantId s_flood = TenantId.Parse("flood");
    private static readonly TenantId s_quiet = TenantId.Parse("quiet");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_that_holds_all_places_keeps_nobody_else_out()
    {
        var places = new TenantPlaces(4, TimeProvider.System);
        for (var i = 0; i < 4; i++)
            Assert.True(await EnterAsync(places, s_flood));
        var waiting = EnterAsync(places, s_flood);
        Assert.False(waiting.IsCompleted);
        Assert.True(await EnterAsync(places, s_quiet));
        Assert.True(await EnterAsync(places, s_quiet));
        var third = EnterAsync(places, s_quiet);
        Assert.False(third.IsCompleted);

        // Beside each other two places each: the flood must leave three before its next enters.
        places.Leave(s_flood);
        places.Leave(s_flood);
        Assert.False(waiting.IsCompleted);
        places.Leave(s_flood);
        Assert.True(await waiting);
        places.Leave(s_quiet);
        Assert.True(await third);
        Assert.Equal(4, places.Held);
    }

    [Fact]
    public async Task Who_gives_up_holds_nothing_and_its_turn_goes_on_to_the_next()
    {
        var places = new TenantPlaces(1, TimeProvider.System);
        Assert.True(await EnterAsync(places, s_flood));
        using var over = new CancellationTokenSource();
        var gone = places.TryEnterAsync(s_flood, TimeSpan.FromMinutes(1), over.Token);
        var next = EnterAsync(places, s_flood);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        places.Leave(s_flood);
        Assert.True(await next);
        places.Leave(s_flood);
        Assert.Equal(0, places.Held);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_its_patience()
    {
        var places = new TenantPlaces(1, TimeProvider.System);
        Assert.True(await EnterAsync(places, s_flood));
        Assert.False(await places.TryEnterAsync(s_flood, TimeSpan.FromMilliseconds(1), Cancel));
        places.Leave(s_flood);
        Assert.Equal(0, places.Held);
        Assert.True(await EnterAsync(places, s_flood));
    }

    private static Task<bool> EnterAsync(TenantPlaces places, TenantId tenant) => places.TryEnterAsync(tenant, TimeSpan.FromMinutes(1), Cancel);
}

using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: one tenant's slow streams hold all places, so that nobody else can import; a place that is lost with who gave up.
// Invariant: a tenant that holds nothing enters at once; who waits enters in turn when a place is free; every place comes back.
// Method: places taken and left in order; patience by a clock of the test.
public sealed class FairPlacesTests
{
    private const string Flood = "flood";
    private const string Quiet = "quiet";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_that_holds_all_places_keeps_nobody_else_out()
    {
        var places = new FairPlaces(4, TimeProvider.System);
        for (var i = 0; i < 4; i++)
            Assert.True(await EnterAsync(places, Flood));
        var waiting = EnterAsync(places, Flood);
        Assert.False(waiting.IsCompleted);
        Assert.True(await EnterAsync(places, Quiet));
        Assert.True(await EnterAsync(places, Quiet));
        var third = EnterAsync(places, Quiet);
        Assert.False(third.IsCompleted);

        // Beside each other two places each: the flood must leave three before its next enters.
        places.Leave(Flood);
        places.Leave(Flood);
        Assert.False(waiting.IsCompleted);
        places.Leave(Flood);
        Assert.True(await waiting);
        places.Leave(Quiet);
        Assert.True(await third);
        Assert.Equal(4, places.Held);
    }

    [Fact]
    public async Task Who_gives_up_holds_nothing_and_its_turn_goes_on_to_the_next()
    {
        var places = new FairPlaces(1, TimeProvider.System);
        Assert.True(await EnterAsync(places, Flood));
        using var over = new CancellationTokenSource();
        var gone = places.TryEnterAsync(Flood, TimeSpan.FromMinutes(1), over.Token).AsTask();
        var next = EnterAsync(places, Flood);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        places.Leave(Flood);
        Assert.True(await next);
        places.Leave(Flood);
        Assert.Equal(0, places.Held);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_its_patience()
    {
        var places = new FairPlaces(1, TimeProvider.System);
        Assert.True(await EnterAsync(places, Flood));
        Assert.False(await places.TryEnterAsync(Flood, TimeSpan.FromMilliseconds(1), Cancel));
        places.Leave(Flood);
        Assert.Equal(0, places.Held);
        Assert.True(await EnterAsync(places, Flood));
    }

    [Fact]
    public async Task More_places_let_in_who_waits_and_fewer_take_none_away()
    {
        var places = new FairPlaces(1, TimeProvider.System);
        Assert.True(await EnterAsync(places, Flood));
        var waiting = new[] { EnterAsync(places, Flood), EnterAsync(places, Flood) };
        places.Resize(2);
        Assert.True(await waiting[0]);
        Assert.False(waiting[1].IsCompleted);
        places.Resize(1);
        Assert.Equal(2, places.Held);
        places.Leave(Flood);
        Assert.False(waiting[1].IsCompleted);
        places.Leave(Flood);
        Assert.True(await waiting[1]);
    }

    [Fact]
    public async Task Nobody_passes_by_who_waits_already()
    {
        var places = new FairPlaces(1, TimeProvider.System);
        Assert.True(await EnterAsync(places, Flood));
        var first = EnterAsync(places, Flood);
        places.Resize(3);
        var second = EnterAsync(places, Flood);
        var third = EnterAsync(places, Flood);
        Assert.True(await first);
        Assert.True(await second);
        places.Leave(Flood);
        Assert.True(await third);
    }

    private static Task<bool> EnterAsync(FairPlaces places, string owner) => places.TryEnterAsync(owner, TimeSpan.FromMinutes(1), Cancel).AsTask();
}

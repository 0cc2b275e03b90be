using System.Diagnostics.Metrics;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: a flood that computes so much at once that everybody else's work waits for a processor; a bound that slows a tenant that is alone;
// one that outlives the competition, or the watch that sets it, so that requests wait for ever.
// Invariant: alone a tenant is not bounded; while tenants compete each holds its share of the places, and one in any case; imports of a
// tenant keep its searches out of nothing; who waits is let in when nobody competes any more or the process ends.
// Method: places taken by two tenants, a clock of the test, the real watch where it is the subject.
public sealed class ComputePlacesTests : IDisposable
{
    private static readonly TenantId s_flood = TenantId.Parse("flood");
    private static readonly TenantId s_quiet = TenantId.Parse("quiet");

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualClock _clock = new();
    private readonly ComputePlaces _places;

    public ComputePlacesTests() => _places = new ComputePlaces(_clock, new GatewayInstruments(_services.GetRequiredService<IMeterFactory>()));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _places.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task A_tenant_alone_is_not_bounded()
    {
        for (var i = 0; i < 1_000; i++)
            await EnterAsync(s_flood);
        Assert.Equal(1_000, _places.Held);
    }

    [Fact]
    public async Task Beside_another_one_each_has_its_share()
    {
        await EnterAsync(s_flood);
        await EnterAsync(s_flood);
        _places.Resize(2);
        var waiting = _places.EnterAsync(s_flood, isImport: false, Cancel).AsTask();
        Assert.False(waiting.IsCompleted);
        var own = await EnterAsync(s_quiet);
        var second = _places.EnterAsync(s_quiet, isImport: false, Cancel).AsTask();
        Assert.False(second.IsCompleted);
        own.Dispose();
        await second;
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task Imports_of_a_tenant_do_not_keep_its_searches_waiting()
    {
        _places.Resize(1);
        await _places.EnterAsync(s_flood, isImport: true, Cancel);
        var import = _places.EnterAsync(s_flood, isImport: true, Cancel).AsTask();
        Assert.False(import.IsCompleted);
        await EnterAsync(s_flood);
    }

    [Fact]
    public async Task Who_gives_up_holds_nothing()
    {
        _places.Resize(1);
        var own = await EnterAsync(s_flood);
        using var over = new CancellationTokenSource();
        var gone = _places.EnterAsync(s_flood, isImport: false, over.Token).AsTask();
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        own.Dispose();
        Assert.Equal(0, _places.Held);
    }

    [Fact]
    public async Task Tenants_that_asked_within_a_minute_compete()
    {
        await EnterAsync(s_flood);
        await EnterAsync(s_flood);
        await EnterAsync(s_quiet);
        _places.AwaitCompetition(Cancel);
        _clock.Advance(ComputePlaces.Memory - TimeSpan.FromSeconds(1));
        await EnterAsync(s_quiet); // no other one came between
        Assert.False(_places.IsOver());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_places.IsOver());
        await EnterAsync(s_flood);
        _places.AwaitCompetition(Cancel);
        Assert.False(_places.IsOver());
    }

    [Fact]
    public async Task The_watch_lets_in_who_waits_when_nobody_competes_any_more()
    {
        using var watch = Watch();
        await watch.StartAsync(Cancel);
        await CompeteAsync();
        var waiting = Enumerable.Range(0, 10_000).Select(_ => _places.EnterAsync(s_flood, isImport: false, Cancel).AsTask()).ToArray();
        Assert.Contains(waiting, turn => !turn.IsCompleted);
        _clock.Advance(ComputePlaces.Memory);
        await Task.WhenAll(waiting);
        await watch.StopAsync(Cancel);
    }

    [Fact]
    public async Task The_watch_lets_in_who_waits_when_the_process_ends()
    {
        using var watch = Watch();
        await watch.StartAsync(Cancel);
        await CompeteAsync();
        var waiting = Enumerable.Range(0, 10_000).Select(_ => _places.EnterAsync(s_flood, isImport: false, Cancel).AsTask()).ToArray();
        await watch.StopAsync(Cancel);
        await Task.WhenAll(waiting);
    }

    private CongestionWatch Watch() => new(_places, Microsoft.Extensions.Options.Options.Create(new LimitOptions { MaxConcurrentRequests = 100 }));

    /// <summary>Two tenants come, and the watch has set a bound: whoever comes then waits sooner or later, at most at 100.</summary>
    private async Task CompeteAsync()
    {
        await EnterAsync(s_flood);
        await EnterAsync(s_quiet);
        Task<ComputePlaces.Place> turn;
        do
            turn = _places.EnterAsync(s_flood, isImport: false, Cancel).AsTask();
        while (turn.IsCompleted);
    }

    private ValueTask<ComputePlaces.Place> EnterAsync(TenantId tenant) => _places.EnterAsync(tenant, isImport: false, Cancel);
}

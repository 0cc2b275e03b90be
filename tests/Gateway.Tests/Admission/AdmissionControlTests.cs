using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: a flood that takes everything with it, and health checks that then kill the process.
// Invariant: at most so many requests are at work; one more is told at once when to come back; health is answered all the same.
// Method: shards that do not answer until they are told to.
public sealed class AdmissionControlTests
{
    [Fact]
    public async Task One_request_too_many_is_told_to_come_back_and_health_is_answered()
    {
        await using var host = await GatewayHost.StartAsync(("Limits:MaxConcurrentRequests", "3"));
        await host.CreateIndexAsync();
        var gate = host.Cluster.Faults.Hold("search");
        var held = Enumerable.Range(0, 3).Select(_ => host.PostAsync("/v1/indexes/shop/search", """{"vector":[1,0,0,0,0,0,0,0]}""")).ToList();
        await PollAsync(() => Task.FromResult(host.Cluster.Faults.Calls.GetValueOrDefault("search") == 3));
        var refused = await host.GetAsync("/v1/indexes");
        refused.Problem(Slugs.Overloaded);
        Assert.NotNull(refused.Headers.RetryAfter);
        (await host.GetAsync("/health/live")).Ok();
        (await host.GetAsync("/health/ready")).Ok();
        gate.SetResult();
        foreach (var answer in held)
            (await answer).Ok();
        (await host.GetAsync("/v1/indexes")).Ok();
    }

    [Fact]
    public async Task A_caller_who_goes_away_makes_room()
    {
        await using var host = await GatewayHost.StartAsync(("Limits:MaxConcurrentRequests", "1"));
        await host.CreateIndexAsync();
        var gate = host.Cluster.Faults.Hold("search");
        using var cancel = new CancellationTokenSource();
        var gone = host.Http.PostAsync("/v1/indexes/shop/search", GatewayHost.Json("""{"vector":[1,0,0,0,0,0,0,0]}"""), cancel.Token);
        await PollAsync(() => Task.FromResult(host.Cluster.Faults.Calls.GetValueOrDefault("search") == 1));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await PollAsync(async () => (await host.GetAsync("/v1/indexes")).Status == HttpStatusCode.OK);
        gate.SetResult();
    }

    [Theory]
    [InlineData("Limits:MaxImageBytes", "-1")]
    [InlineData("Limits:MaxTextLength", "10001")]
    [InlineData("Fetch:MaxRedirects", "4")]
    [InlineData("Query:TimeoutMs", "0")]
    public async Task A_wrong_setting_stops_the_start_with_its_key_named(string key, string value)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => GatewayHost.StartAsync((key, value)));
        Assert.Contains(key, refusal.ToString(), StringComparison.Ordinal);
    }

    private static async Task PollAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
            Assert.True(await timer.WaitForNextTickAsync(timeout.Token));
    }
}

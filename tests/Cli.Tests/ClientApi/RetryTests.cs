using ClipOrleans.Cli.Tests.Fakes;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Cli.Tests.ClientApi;

// Danger: a client that gives up on a server that only asked it to wait, hammers it, or sends a write twice that must not run twice.
// Invariant: 429 and 503 are tried again after what Retry-After says, within RetryFor; a lost connection only when the call may run twice.
// Method: a server on a real socket fails by script, time jumps; requests and waits are counted.
public sealed class RetryTests
{
    private static readonly DocumentInput[] Named = [new() { Id = "a", Text = "x" }];
    private static readonly DocumentInput[] Nameless = [new() { Text = "x" }];
    private readonly EagerClock _clock = new();

    [Fact]
    public async Task A_busy_server_is_asked_again_after_what_it_asked_for()
    {
        await using var server = (await FakeServer.StartAsync()).ThenBusy(503, "3").ThenBusy(429, "2");
        using var client = Client(server, TimeSpan.FromSeconds(10));
        var answer = await client.Index("photos").UpsertAsync(Named);
        Assert.Equal(DocumentStatus.Created, answer.Results.Single().Status);
        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2)], _clock.Waits);
    }

    [Fact]
    public async Task A_wait_beyond_the_limit_is_not_begun_and_the_caller_learns_how_long_it_would_be()
    {
        await using var server = (await FakeServer.StartAsync()).ThenBusy(503, "30");
        using var client = Client(server, TimeSpan.FromSeconds(10));
        var refused = await Assert.ThrowsAsync<ClipOrleansException>(() => client.Index("photos").UpsertAsync(Named));
        Assert.Equal((503, "overloaded", TimeSpan.FromSeconds(30)), (refused.Status, refused.Slug, refused.RetryAfter));
        Assert.Empty(_clock.Waits);
    }

    [Fact]
    public async Task Without_a_hint_the_waits_grow_and_end_with_the_time_for_them()
    {
        await using var server = await FakeServer.StartAsync();
        for (var i = 0; i < 40; i++)
            server.ThenBusy(503);
        using var client = Client(server, TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<ClipOrleansException>(() => client.Index("photos").UpsertAsync(Named));
        Assert.InRange(_clock.Waits.Count, 4, 30);
        Assert.True(_clock.Waits[4] > _clock.Waits[0] * 4, "the fifth wait is not four times the first");
        Assert.All(_clock.Waits, wait => Assert.InRange(wait, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5)));
        Assert.True(_clock.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait) <= TimeSpan.FromSeconds(20), "waited longer than allowed");
    }

    [Fact]
    public async Task A_connection_lost_under_an_upsert_with_ids_is_made_good()
    {
        await using var server = (await FakeServer.StartAsync()).ThenHangUp();
        using var client = Client(server, TimeSpan.FromSeconds(10));
        Assert.Equal(1, (await client.Index("photos").UpsertAsync(Named)).Succeeded + server.Documents.Count - 1);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_connection_lost_under_an_upsert_without_ids_is_told_since_a_second_one_would_store_it_twice()
    {
        await using var server = (await FakeServer.StartAsync()).ThenHangUp();
        using var client = Client(server, TimeSpan.FromSeconds(10));
        var lost = await Assert.ThrowsAsync<ClipOrleansException>(() => client.Index("photos").UpsertAsync(Nameless));
        Assert.True(lost.IsUnreachable);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_refusal_is_final()
    {
        await using var server = (await FakeServer.StartAsync()).ThenBusy(422);
        using var client = Client(server, TimeSpan.FromSeconds(10));
        var refused = await Assert.ThrowsAsync<ClipOrleansException>(() => client.Index("photos").UpsertAsync(Named));
        Assert.Equal(422, refused.Status);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_after_the_time_for_tries()
    {
        await using var server = await FakeServer.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = address, Clock = _clock, RetryFor = TimeSpan.FromSeconds(3) });
        var lost = await Assert.ThrowsAsync<ClipOrleansException>(() => client.ListIndexesAsync());
        Assert.True(lost.IsUnreachable);
        Assert.Contains(address.ToString(), lost.Message, StringComparison.Ordinal);
        Assert.NotEmpty(_clock.Waits);
        Assert.False(await client.IsLiveAsync());
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_its_cancellation_and_no_retry()
    {
        await using var server = await FakeServer.StartAsync();
        using var cancel = new CancellationTokenSource();
        server.Then(async context =>
        {
            await cancel.CancelAsync();
            await FakeServer.AnswerAsync(context, 503, FakeServer.Problem(503, "overloaded", "late"));
        });
        using var client = Client(server, TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Index("photos").UpsertAsync(Named, cancel.Token));
        Assert.Single(server.Requests);
    }

    private ClipOrleansClient Client(FakeServer server, TimeSpan retryFor) =>
        new(new ClipOrleansClientOptions { BaseAddress = server.Address, Clock = _clock, RetryFor = retryFor });
}

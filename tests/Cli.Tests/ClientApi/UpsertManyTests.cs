using ClipOrleans.Cli.Tests.Fakes;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Cli.Tests.ClientApi;

// Danger: answers of parallel batches out of order are booked to the wrong documents; a source read ahead of the server fills the memory.
// Invariant: one answer a document in the order they came; never more than the allowed batches under way; a stop ends everything.
// Method: a server on a real socket; its answers are held back by the test.
public sealed class UpsertManyTests
{
    private static readonly UpsertManyOptions Small = new() { BatchSize = 3, Parallel = 2 };

    [Fact]
    public async Task Answers_come_in_order_and_batches_keep_within_size_and_number()
    {
        await using var server = await FakeServer.StartAsync();
        server.BeforeUpsert = async () => await Task.Yield();
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address });
        var ids = new List<string?>();
        await foreach (var result in client.Index("shop").UpsertManyAsync(Documents(50), Small))
            ids.Add(result.Id);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"d{i}"), ids);
        Assert.Equal(17, server.Bodies.Count);
        Assert.InRange(server.MostUnderWay, 1, Small.Parallel);
    }

    [Fact]
    public async Task A_server_that_holds_back_holds_back_the_reading()
    {
        await using var server = await FakeServer.StartAsync();
        var release = new TaskCompletionSource();
        var held = new SemaphoreSlim(0);
        server.BeforeUpsert = () =>
        {
            held.Release();
            return release.Task;
        };
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address });
        var read = 0;
        var results = client.Index("shop").UpsertManyAsync(Documents(1000, () => read++), Small).GetAsyncEnumerator();
        var first = results.MoveNextAsync().AsTask();
        Assert.True(await held.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(await held.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.InRange(read, 6, 20);
        release.SetResult();
        Assert.True(await first);
        await results.DisposeAsync();
        Assert.InRange(read, 6, 60);
    }

    [Fact]
    public async Task Documents_too_large_for_one_request_go_in_several()
    {
        await using var server = await FakeServer.StartAsync();
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address });
        var documents = Documents(4).Select(document => document with { Text = null, Image = new byte[600] });
        Assert.Equal(4, await client.Index("shop").UpsertManyAsync(documents, new UpsertManyOptions { BatchBytes = 1300 }).CountAsync());
        Assert.Equal([2, 2], server.Bodies.Select(body => body["documents"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_batch_refused_whole_ends_the_stream_with_its_problem()
    {
        await using var server = (await FakeServer.StartAsync()).Then(context => FakeServer.AnswerAsync(context, 404, FakeServer.Problem(404, "index-not-found", "No shop.")));
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address });
        var refused = await Assert.ThrowsAsync<ClipOrleansException>(async () =>
            await client.Index("shop").UpsertManyAsync(Documents(3), Small).CountAsync());
        Assert.Equal("index-not-found", refused.Slug);
    }

    [Fact]
    public async Task A_source_that_breaks_is_told_after_the_answers_to_what_it_gave()
    {
        await using var server = await FakeServer.StartAsync();
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address });
        var answered = 0;
        var broken = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in client.Index("shop").UpsertManyAsync(Documents(20, () => answered >= 0, breakAt: 7), Small))
                answered++;
        });
        Assert.Equal("broken at 7", broken.Message);
        Assert.Equal(6, answered);
    }

    private static IAsyncEnumerable<DocumentInput> Documents(int count, Action onRead) => Documents(count, () => { onRead(); return true; });

    private static async IAsyncEnumerable<DocumentInput> Documents(int count, Func<bool>? onRead = null, int breakAt = -1)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            if (i == breakAt)
                throw new InvalidDataException($"broken at {i}");
            onRead?.Invoke();
            yield return new DocumentInput { Id = $"d{i}", Text = "x" };
        }
    }
}

using ClipOrleans.Gateway.Embeddings;

namespace ClipOrleans.Gateway.Tests.Embeddings;

// Danger: an image that waits behind another tenant's hundred; an image whose bytes are given back while a thread reads them.
// Invariant: tenants take turns; who gives up before it begins is free at once, and waits for the end of what has begun.
// Method: one thread, held by the test.
public sealed class DecodeThreadsTests
{
    [Fact]
    public async Task Tenants_take_turns()
    {
        using var threads = new DecodeThreads(1);
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        var first = Run(threads, "flood", () => gate.Wait(TestContext.Current.CancellationToken));
        var flood = Enumerable.Range(0, 20).Select(i => Run(threads, "flood", () => order.Add("flood"))).ToList();
        var quiet = Run(threads, "quiet", () => order.Add("quiet"));
        gate.Set();
        await Task.WhenAll([first, quiet, .. flood]);
        Assert.InRange(order.IndexOf("quiet"), 0, 1);
    }

    [Fact]
    public async Task Who_gives_up_is_free_at_once_unless_it_has_begun()
    {
        using var threads = new DecodeThreads(1);
        using var gate = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        using var over = new CancellationTokenSource();
        var running = threads.RunAsync("a", () => { begun.Release(); gate.Wait(TestContext.Current.CancellationToken); return 1; }, over.Token);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = threads.RunAsync("a", () => 2, over.Token);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(running.IsCompleted);
        gate.Set();
        Assert.Equal(1, await running);
    }

    [Fact]
    public async Task What_is_thrown_is_told_and_the_thread_lives()
    {
        using var threads = new DecodeThreads(1);
        await Assert.ThrowsAsync<InvalidDataException>(() => threads.RunAsync<int>("a", () => throw new InvalidDataException(), CancellationToken.None));
        Assert.Equal(3, await threads.RunAsync("a", () => 3, CancellationToken.None));
    }

    private static Task<bool> Run(DecodeThreads threads, string tenant, Action work) => threads.RunAsync(tenant, () => { work(); return true; }, CancellationToken.None);
}

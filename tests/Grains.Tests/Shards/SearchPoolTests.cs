using System.Runtime.CompilerServices;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Shards;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: searches pile up without bound, hold the grain scheduler, or one that fails takes its thread with it.
// Invariant: what does not fit the queue is refused at once; every accepted search ends in a value, a cancellation or its own exception.
// Method: the threads are held at a gate, so that the queue's state is known and no time is waited.
public sealed class SearchPoolTests
{
    private const string Tenant = "acme";
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_does_not_fit_is_refused_at_once_and_what_fits_is_done()
    {
        using var pool = Pool(threads: 1, queue: 2);
        using var gate = new HeldThread(pool);
        var waiting = (int[])[1, 2];
        var accepted = waiting.Select(number => pool.TryRun(Tenant, _ => number, CancellationToken.None)).ToArray();
        Assert.Null(pool.TryRun(Tenant, _ => 3, CancellationToken.None));

        gate.Release();
        Assert.Equal(waiting, await Task.WhenAll(accepted.Select(task => task!)).WaitAsync(s_hang));
        Assert.Equal(4, await pool.TryRun(Tenant, _ => 4, CancellationToken.None)!);
    }

    [Fact]
    public async Task A_search_that_is_done_is_not_kept_while_its_thread_waits_for_more()
    {
        using var pool = Pool(threads: 2, queue: 2);
        var (held, done) = Give(pool);
        await done.WaitAsync(s_hang, TestContext.Current.CancellationToken);
        await Task.Yield();
        for (var collections = 0; held.IsAlive && collections < 1_000; collections++)
        {
            GC.Collect();
            await Task.Yield();
        }

        Assert.False(held.IsAlive);
    }

    /// <summary>Without a frame that keeps the shard.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Shard, Task Done) Give(SearchPool pool)
    {
        var shard = new object();
        return (new WeakReference(shard), pool.TryRun(Tenant, _ => shard.GetHashCode() != 0, CancellationToken.None)!.ContinueWith(static _ => { }, TaskScheduler.Default));
    }

    [Fact]
    public async Task A_search_whose_caller_is_gone_is_not_begun()
    {
        using var pool = Pool(threads: 1, queue: 2);
        using var gate = new HeldThread(pool);
        using var caller = new CancellationTokenSource();
        var begun = false;
        var abandoned = pool.TryRun(Tenant, _ => begun = true, caller.Token)!;
        await caller.CancelAsync();
        gate.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned.WaitAsync(s_hang));
        Assert.False(begun);
    }

    [Fact]
    public async Task A_search_that_fails_tells_its_own_caller_and_the_thread_serves_the_next()
    {
        using var pool = Pool(threads: 1, queue: 2);
        var failed = pool.TryRun<int>(Tenant, _ => throw new InvalidOperationException("broken"), CancellationToken.None)!;
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => failed.WaitAsync(s_hang))).Message);
        Assert.Equal(1, await pool.TryRun(Tenant, _ => 1, CancellationToken.None)!.WaitAsync(s_hang));
    }

    [Fact]
    public async Task A_closed_pool_has_done_what_it_took_and_takes_no_more()
    {
        var pool = Pool(threads: 2, queue: 10);
        var taken = Enumerable.Range(0, 5).Select(number => pool.TryRun(Tenant, _ => number, CancellationToken.None)!).ToArray();
        pool.Dispose();
        Assert.All(taken, task => Assert.True(task.IsCompletedSuccessfully));
        Assert.Equal(10, (await Task.WhenAll(taken)).Sum());
        Assert.Null(pool.TryRun(Tenant, _ => 1, CancellationToken.None));
    }

    [Fact]
    public async Task A_grain_tells_overload_as_a_value_and_serves_again_afterwards()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, services =>
            services.Configure<SearchSettings>(search => (search.Threads, search.Queue) = (1, 1)));
        var sample = await Sample.CreateAsync(cluster, "pictures");
        await sample.WriteAsync([Sample.Document(1)]);
        var pool = cluster.Services.GetRequiredService<SearchPool>();
        Task<int> waiting;
        using (var gate = new HeldThread(pool))
        {
            waiting = pool.TryRun(Tenant, _ => 1, CancellationToken.None)!;
            var refused = (await sample.Shard(0).Search(sample.Query(null, 1))).Error;
            Assert.Equal(Slugs.Overloaded, refused?.Slug);
            Assert.Equal(1, refused?.RetryAfterSeconds);
        }

        await waiting.WaitAsync(s_hang);
        Assert.Equal(1, (await sample.SearchAsync(sample.Query(null, 1))).Matched);
    }

    private static SearchPool Pool(int threads, int queue)
    {
        var services = new ServiceCollection().AddMetrics().AddSingleton<GrainInstruments>().BuildServiceProvider();
        return new SearchPool(Options.Create(new SearchSettings { Threads = threads, Queue = queue }), services.GetRequiredService<GrainInstruments>());
    }

    /// <summary>A thread of the pool that is busy until it is released.</summary>
    private sealed class HeldThread : IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private readonly Task<bool> _held;

        public HeldThread(SearchPool pool)
        {
            using var begun = new ManualResetEventSlim();
            _held = pool.TryRun(
                Tenant,
                _ =>
                {
                    begun.Set();
                    return _release.Wait(s_hang);
                },
                CancellationToken.None)!;
            Assert.True(begun.Wait(s_hang));
        }

        public void Release() => _release.Set();

        public void Dispose()
        {
            Release();
            Assert.True(_held.GetAwaiter().GetResult());
            _release.Dispose();
        }
    }
}

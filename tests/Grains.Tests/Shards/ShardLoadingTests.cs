using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Shards;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Maintenance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ShardState = ClipOrleans.Contracts.Indexes.ShardState;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: a large shard's replay makes calls time out or the activation fail; a shard that cannot be opened falls over in a loop.
// Invariants: activation returns at once and loading is said with its progress; I4 (one writer); a fault heals when its cause is gone.
// Method: the opening is held at a gate, the folder is held by another engine, or a file of it is damaged.
public sealed class ShardLoadingTests
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Loading_is_said_with_its_progress_and_when_to_come_back()
    {
        using var data = new TempFolder();
        var before = await FillAsync(data.Path);
        var gate = new TaskCompletionSource();
        await using var cluster = await StartAsync(data.Path, loadingWait: 0, async (directory, options, progress, cancellation) =>
        {
            progress.Report(40);
            await gate.Task.WaitAsync(cancellation);
            return await OpenAsync(directory, options, progress, cancellation);
        });
        var sample = new Sample(cluster, before);

        var status = await sample.Shard(0).GetStatus();
        Assert.Equal((ShardState.Loading, 40), (status.State, status.Percent));
        var refused = (await sample.Shard(0).Search(sample.Query(null, 5))).Error;
        Assert.Equal(Slugs.Loading, refused?.Slug);
        Assert.Contains("40 %", refused?.Detail, StringComparison.Ordinal);
        Assert.InRange(refused?.RetryAfterSeconds ?? 0, 1, 30);

        gate.SetResult();
        while ((await sample.Shard(0).GetStatus().WaitAsync(s_hang)).State is ShardState.Loading)
        {
        }

        Assert.Equal(10, (await sample.SearchAsync(sample.Query(null, 5))).Matched);
    }

    [Fact]
    public async Task A_search_that_comes_while_a_small_shard_loads_is_answered_and_not_sent_away()
    {
        using var data = new TempFolder();
        var before = await FillAsync(data.Path);
        var (opening, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var cluster = await StartAsync(data.Path, loadingWait: 20_000, async (directory, options, progress, cancellation) =>
        {
            opening.SetResult();
            await gate.Task.WaitAsync(cancellation);
            return await OpenAsync(directory, options, progress, cancellation);
        });
        var sample = new Sample(cluster, before);
        var searching = sample.SearchAsync(sample.Query(null, 5));
        await opening.Task.WaitAsync(s_hang);
        Assert.False(searching.IsCompleted);
        gate.SetResult();
        Assert.Equal(10, (await searching).Matched);
    }

    [Fact]
    public async Task A_shard_that_is_still_loading_can_be_dropped()
    {
        using var data = new TempFolder();
        var before = await FillAsync(data.Path);
        var opening = new TaskCompletionSource();
        await using var cluster = await StartAsync(data.Path, loadingWait: 0, async (_, _, _, cancellation) =>
        {
            opening.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            throw new InvalidOperationException("The opening was not stopped.");
        });
        var sample = new Sample(cluster, before);
        await sample.Shard(0).GetStatus();
        await opening.Task.WaitAsync(s_hang);
        Assert.True((await cluster.Tenant("acme").DeleteIndex("pictures")).IsSuccess);
        Assert.False(Directory.Exists(Path.Combine(data.Path, KeyOf(before).IndexPath)));
    }

    [Fact]
    public async Task I4_A_folder_that_another_holds_is_told_and_taken_when_it_is_free()
    {
        using var data = new TempFolder();
        var before = await FillAsync(data.Path);
        var (clock, attempts) = (new ManualClock(), 0);
        await using var cluster = await StartAsync(
            data.Path,
            loadingWait: 20_000,
            (directory, options, progress, cancellation) =>
            {
                Interlocked.Increment(ref attempts);
                return OpenAsync(directory, options, progress, cancellation);
            },
            clock);
        var sample = new Sample(cluster, before);
        await using (await OpenAsync(Path.Combine(data.Path, KeyOf(before).RelativePath), new ShardOptions(), new Progress<int>(), CancellationToken.None))
        {
            for (var call = 0; call < 3; call++)
            {
                var refused = (await sample.Shard(0).Search(sample.Query(null, 5))).Error;
                Assert.Equal(Slugs.StorageUnavailable, refused?.Slug);
                Assert.Contains("cannot be opened", refused?.Detail, StringComparison.Ordinal);
                Assert.Equal(1, refused?.RetryAfterSeconds);
            }

            Assert.Equal(1, attempts); // not once a call: the clock stands still
            Assert.Equal(ShardState.Failed, (await sample.Shard(0).GetStatus()).State);
        }

        Assert.Equal(Slugs.StorageUnavailable, (await sample.Shard(0).Search(sample.Query(null, 5))).Error?.Slug);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, (await sample.SearchAsync(sample.Query(null, 5))).Matched);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task A_damaged_shard_sends_to_the_log_without_the_servers_paths_and_serves_again_when_the_file_is_back()
    {
        using var data = new TempFolder();
        var before = await FillAsync(data.Path);
        var manifest = Path.Combine(data.Path, KeyOf(before).RelativePath, "shard.json");
        var whole = await File.ReadAllBytesAsync(manifest);
        await File.WriteAllBytesAsync(manifest, whole[..(whole.Length / 2)]);
        var clock = new ManualClock();
        await using var cluster = await StartAsync(data.Path, loadingWait: 20_000, OpenAsync, clock);
        var sample = new Sample(cluster, before);
        var refused = (await sample.Shard(0).Search(sample.Query(null, 5))).Error;
        Assert.Equal(Slugs.StorageUnavailable, refused?.Slug);
        Assert.Contains("log", refused?.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(data.Path, refused?.Detail, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(manifest, whole);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, (await sample.SearchAsync(sample.Query(null, 5))).Matched);
    }

    [Fact]
    public async Task I1_A_full_disk_stops_writes_and_not_reads_and_writes_go_on_when_there_is_room()
    {
        using var data = new TempFolder();
        var before = await FillAsync(data.Path);
        var (clock, disk) = (new ManualClock(), new FailingDisk());
        await using var cluster = await StartAsync(
            data.Path,
            loadingWait: 20_000,
            (directory, options, progress, cancellation) => ShardEngine.OpenAsync(disk, directory, options, NullLoggerFactory.Instance, TimeProvider.System, progress, cancellation),
            clock);
        var sample = new Sample(cluster, before);
        await sample.WriteAsync([Sample.Document(100)]);
        var epoch = (await sample.Shard(0).GetStatus()).Epoch;

        disk.Full = true;
        foreach (var number in (int[])[101, 102])
        {
            var refused = (await sample.Shard(0).Write(new DocumentBatch(sample.Index.Version, [Sample.Document(number)]))).Error;
            Assert.Equal(Slugs.StorageUnavailable, refused?.Slug);
            Assert.True(refused?.RetryAfterSeconds > 0);
            Assert.DoesNotContain(data.Path, refused?.Detail, StringComparison.Ordinal);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(11, (await sample.SearchAsync(sample.Query(null, 20))).Matched);
        var status = await sample.Shard(0).GetStatus();
        Assert.Equal((ShardState.Ready, epoch), (status.State, status.Epoch));
        Assert.NotNull(status.Problem);
        Assert.DoesNotContain(data.Path, status.Problem, StringComparison.Ordinal);

        disk.Full = false;
        while (!(await sample.Shard(0).Write(new DocumentBatch(sample.Index.Version, [Sample.Document(104)])).WaitAsync(s_hang)).IsSuccess)
        {
        }

        status = await sample.Shard(0).GetStatus();
        Assert.True(status.Epoch > epoch);
        Assert.Null(status.Problem);
        var rows = await sample.ReadAsync(1, 100, 104);
        Assert.All(rows, Assert.NotNull);
    }

    private static ShardKey KeyOf(IndexDescription index) => new(TenantId.Parse(index.Tenant), index.Spec.Name, index.Incarnation, 0);

    private static Task<ShardEngine> OpenAsync(string directory, ShardOptions options, IProgress<int> progress, CancellationToken cancellation) =>
        ShardEngine.OpenAsync(directory, options, NullLoggerFactory.Instance, TimeProvider.System, progress, cancellation);

    private static async Task<IndexDescription> FillAsync(string data)
    {
        await using var cluster = await GrainsCluster.StartAsync(data);
        var sample = await Sample.CreateAsync(cluster, "pictures");
        await sample.WriteAsync(Enumerable.Range(0, 10).Select(number => Sample.Document(number)));
        return sample.Index;
    }

    private static Task<GrainsCluster> StartAsync(string data, int loadingWait, OpenShard open, TimeProvider? clock = null) => GrainsCluster.StartAsync(data, services =>
    {
        services.Configure<StorageSettings>(storage => storage.LoadingWait = loadingWait);
        services.AddSingleton(provider => new ShardSurroundings(
            provider.GetRequiredService<IOptions<StorageSettings>>(), open, provider.GetRequiredService<ShardOwners>(), provider.GetRequiredService<MaintenanceWorker>(), provider.GetRequiredService<ILoggerFactory>(),
            clock ?? TimeProvider.System, provider.GetRequiredService<GrainInstruments>(), provider.GetRequiredService<MemoryKeeper>()));
    });
}

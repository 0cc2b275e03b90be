using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Vectors;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Following;

/// <summary>
/// Reads a shard that another engine owns, and goes on reading what that one writes: it answers the same, a little later.
/// Only what is durable and cannot be taken back by a change of owners is shown, whole groups at a time. Nothing is written
/// into the shard's folder. What the owner does to its files (compaction, snapshots, a new owner) it lives through.
/// </summary>
public sealed class ShardFollower : IShardReader
{
    private static readonly TimeSpan s_whenAsked = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_whenIdle = TimeSpan.FromSeconds(1);

    /// <summary>While somebody waits for a record: it is marked a few milliseconds after it was acknowledged.</summary>
    private static readonly TimeSpan s_whenWaiting = TimeSpan.FromMilliseconds(2);

    /// <summary>An answer that cannot be confirmed is given up after this.</summary>
    private static readonly TimeSpan s_longestConfirming = TimeSpan.FromSeconds(5);

    private readonly FollowerLooks _looks;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _polling;
    private int _disposed;
    private int _wasAsked;

    private ShardFollower(FollowerLooks looks, ShardOptions options, TimeProvider clock)
    {
        _looks = looks;
        _lease = options.OwnerLease;
        _clock = clock;
        _polling = Task.Run(PollAsync);
    }

    public ShardDescriptor Descriptor => Now.Descriptor;

    public CollectionView View
    {
        get
        {
            Volatile.Write(ref _wasAsked, 1);
            return Now.State.View;
        }
    }

    public long AppliedSequence => Now.Sequence;

    /// <summary>How it stands to its owner.</summary>
    public FollowerStats Following => _looks.Stats;

    /// <summary>What the follower takes, by what it is for.</summary>
    public MemoryUse Memory => MemoryOf(Now);

    public ShardStats Stats
    {
        get
        {
            var (now, mark) = (Now, _looks.Mark);
            return new(
                now.State.View.Count,
                _looks.BytesOnDisk,
                MemoryOf(now),
                now.Sequence,
                mark.Epoch,
                GroupCommits: 0,
                ReadOnlyReason: null,
                MaintenanceStats.None,
                new CompactionStats(mark.Until - mark.Begin, 0, 0, 0, 0, null))
            { Snapshots = new(0, now.Snapshot?.Position.Sequence ?? 0, null) };
        }
    }

    /// <summary>Completes when no newer snapshot is being read; for tests.</summary>
    internal Task WhenRebased => _looks.WhenRebased;

    private FollowedState Now => _looks.Now;

    private static MemoryUse MemoryOf(FollowedState now)
    {
        var derived = now.State.Memory;
        return derived with { Other = derived.Other + now.Rows.BytesInMemory };
    }

    /// <summary>Opens the shard of a directory for following; somebody else opens it for writing.</summary>
    /// <param name="directory">The shard's own directory.</param>
    /// <param name="options">As the owner has them.</param>
    /// <param name="logs">For what an operator should know.</param>
    /// <param name="clock">For the pauses between looks.</param>
    /// <param name="progress">Percent of the snapshot that was read, 0 to 100.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="DirectoryNotFoundException">There is no shard.</exception>
    /// <exception cref="ShardCorruptException">A file of the shard is not what was written.</exception>
    /// <exception cref="ShardUnavailableException">It has had no owner that opened it, for ten seconds.</exception>
    public static Task<ShardFollower> OpenAsync(string directory, ShardOptions options, ILoggerFactory logs, TimeProvider clock, IProgress<int>? progress = null, CancellationToken cancel = default) =>
        OpenAsync(LocalDisk.Instance, directory, options, logs, clock, progress, cancel);

    internal static async Task<ShardFollower> OpenAsync(IDisk disk, string directory, ShardOptions options, ILoggerFactory logs, TimeProvider clock, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var logger = logs.CreateLogger("ClipOrleans.Storage");
        var files = new ShardFiles(Path.GetFullPath(directory));
        var started = clock.GetTimestamp();
        var (reading, opening) = (new ReadOnlyDisk(disk), new FollowedOpening(new ReadOnlyDisk(disk), files, options, clock, logger));
        var (log, state) = await opening.OpenAsync(progress, cancel);
        progress?.Report(100);
        FollowerLog.Opened(logger, files.Directory, state.State.View.Count, state.Sequence, clock.GetElapsedTime(started).TotalMilliseconds);
        return new ShardFollower(new FollowerLooks(reading, files, log, state, opening, options, clock, logger), options, clock);
    }

    /// <summary>Waits until a record is shown.</summary>
    /// <param name="sequence">Its number, as the answer to a write has it.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>False if it is not shown yet when the time is up.</returns>
    public async Task<bool> CatchUpAsync(long sequence, TimeSpan timeout, CancellationToken cancel = default)
    {
        var started = _clock.GetTimestamp();
        Volatile.Write(ref _wasAsked, 1);
        while (AppliedSequence < sequence)
        {
            await _looks.LookAsync(cancel);
            if (AppliedSequence >= sequence)
                break;
            var left = timeout - _clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || _closing.IsCancellationRequested)
                return false;
            await Task.Delay(left < s_whenWaiting ? left : s_whenWaiting, _clock, cancel);
        }

        return true;
    }

    public async ValueTask ConfirmAsync(CancellationToken cancel = default)
    {
        var started = _clock.GetTimestamp();
        while (true)
        {
            if (_looks.IsGone)
                throw new ShardFencedException("The shard was removed.");
            if (_looks.Lag <= _lease && _lease > TimeSpan.Zero)
                return;
            await _looks.LookAsync(cancel);
            if (_looks.IsCurrent(started))
                return;
            if (_clock.GetElapsedTime(started) > s_longestConfirming || _closing.IsCancellationRequested)
                throw new ShardUnavailableException($"The follower does not come up with the log: {_looks.Stats.Problem ?? "it is behind"}.");
            await Task.Delay(s_whenWaiting, _clock, cancel);
        }
    }

    public async ValueTask<StoredDocument?> GetAsync(string id, bool includeVector, CancellationToken cancel = default) =>
        await NewestAsync(id, (now, locator) => now.Rows.Read(locator, id, includeVector), cancel);

    public ValueTask<StoredDocument> ReadAsync(long locator, bool includeVector, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return new(Now.Rows.Read(locator, id: null, includeVector));
    }

    public async ValueTask<IReadOnlyList<StoredDocument>> ReadManyAsync(
        IReadOnlyList<long> locators, IReadOnlyList<string>? ids, bool includeVector, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(locators);
        return await Now.Rows.ReadManyAsync(locators, ids, includeVector, cancel);
    }

    public async ValueTask<StoredImage?> ReadImageAsync(string id, CancellationToken cancel = default) =>
        await NewestAsync(id, (now, locator) => now.Rows.ReadImage(locator, id), cancel);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _closing.CancelAsync();
        await _polling;
        await _looks.DisposeAsync();
        _closing.Dispose();
    }

    /// <summary>Looks often while somebody asks, and more and more seldom while nobody does.</summary>
    private async Task PollAsync()
    {
        var pause = s_whenAsked;
        while (true)
        {
            await Task.Delay(pause, _clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_closing.IsCancellationRequested)
                return;
            await _looks.LookAsync(CancellationToken.None);
            await _looks.ConsiderRebaseAsync();
            pause = Interlocked.Exchange(ref _wasAsked, 0) != 0 ? s_whenAsked : pause * 2 < s_whenIdle ? pause * 2 : s_whenIdle;
        }
    }

    /// <summary>Reads the row that is shown; where the owner has given its place back, the one that is shown after another look.</summary>
    private async ValueTask<T?> NewestAsync<T>(string id, Func<FollowedState, long, T?> read, CancellationToken cancel)
        where T : class
    {
        const int mostLooks = 3;
        cancel.ThrowIfCancellationRequested();
        for (var look = 0; ; look++)
        {
            var now = Now;
            var view = now.State.View;
            if (!view.TryGet(id, out var row))
                return null;
            try
            {
                return read(now, view.LocatorOf(row));
            }
            catch (ShardRowMovedException) when (look < mostLooks)
            {
                await _looks.LookAsync(cancel);
            }
        }
    }
}

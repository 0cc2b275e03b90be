using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Following;

/// <summary>
/// Looks how far the owner of a shard has come, and takes over what is new. One look at a time; who asks while one is under
/// way that began before gets the next.
/// </summary>
internal sealed class FollowerLooks : IAsyncDisposable
{
    /// <summary>So often in a row what is marked cannot be read; then it is begun anew.</summary>
    private const int MostFailures = 3;

    /// <summary>A snapshot that is newer by this part of what the owner writes between two is worth beginning anew with.</summary>
    private const int RebasePart = 4;

    private static readonly TimeSpan s_rebaseLook = TimeSpan.FromSeconds(5);

    private readonly IDisk _disk;
    private readonly ShardFiles _files;
    private readonly FollowedLog _log;
    private readonly FollowedOpening _opening;
    private readonly ShardOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private volatile FollowedState _now;
    private volatile Seen _seen;
    private volatile string? _problem;
    private Task<FollowedState>? _rebasing;

    /// <summary>What is shown cannot go on: the other state takes its place, whatever it has.</summary>
    private bool _isForced;
    private long _begun;
    private long _epoch;
    private long _rebases;
    private int _failures;
    private long? _lookedForSnapshot;

    public FollowerLooks(
        IDisk disk, ShardFiles files, FollowedLog log, FollowedState state, FollowedOpening opening, ShardOptions options, TimeProvider clock, ILogger logger)
    {
        (_disk, _files, _log, _now, _opening, _options, _clock, _logger) = (disk, files, log, state, opening, options, clock, logger);
        _seen = new Seen(default, clock.GetTimestamp() - clock.TimestampFrequency, clock.GetUtcNow() - TimeSpan.FromSeconds(1));
    }

    public FollowedState Now => _now;

    /// <summary>The newest mark that was seen.</summary>
    public CommitPoint Mark => _seen.Mark;

    /// <summary>The shard was removed.</summary>
    public bool IsGone { get; private set; }

    public FollowerStats Stats
    {
        get
        {
            var (seen, now) = (_seen, _now);
            return new(now.Sequence, Math.Max(seen.Mark.Sequence, now.Sequence), Math.Max(0, seen.Mark.Until - now.End), Lag, Interlocked.Read(ref _rebases), _problem);
        }
    }

    /// <summary>Since the last look that showed all that was marked. A machine that slept has a monotonic clock that did, too.</summary>
    public TimeSpan Lag
    {
        get
        {
            var seen = _seen;
            var (monotonic, wall) = (_clock.GetElapsedTime(seen.Timestamp), (_clock.GetUtcNow() - seen.Time).Duration());
            return monotonic > wall ? monotonic : wall;
        }
    }

    /// <summary>Completes when nothing is being made in the background; for tests.</summary>
    internal Task WhenRebased => (Task?)Volatile.Read(ref _rebasing) ?? Task.CompletedTask;

    public long BytesOnDisk => _disk.DirectoryExists(_files.Directory) ? _disk.List(_files.Directory).Sum(static file => file.Length) : 0;

    /// <summary>Everything is shown that was marked at a time, or later.</summary>
    public bool IsCurrent(long since) => _seen.Timestamp >= since;

    /// <summary>Looks once, or waits for a look that begins after this call. What goes wrong is kept as the problem.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var begun = Interlocked.Read(ref _begun);
        await _one.WaitAsync(cancel);
        try
        {
            if (Interlocked.Read(ref _begun) > begun || _closing.IsCancellationRequested)
                return;
            Interlocked.Increment(ref _begun);
            await Task.Run(LookOnce, CancellationToken.None);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Begins to make a state of a newer snapshot, where that saves memory or brings codes.</summary>
    public async Task ConsiderRebaseAsync()
    {
        if (_options.SnapshotEveryBytes == 0 || (_lookedForSnapshot is { } looked && _clock.GetElapsedTime(looked) < s_rebaseLook))
            return;
        await _one.WaitAsync();
        try
        {
            _lookedForSnapshot = _clock.GetTimestamp();
            if (_rebasing is null && _opening.HasBetter(_now, _options.SnapshotEveryBytes / RebasePart))
                BeginRebase(isForced: false);
        }
#pragma warning disable CA1031 // Whatever it is: what is shown goes on, and it is tried again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            FollowerLog.PassedOver(_logger, _files.Directory, fault.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _one.WaitAsync();
        if (_rebasing is { } rebasing)
            await ((Task)rebasing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _log.Dispose();
        _one.Dispose();
        _closing.Dispose();
    }

    private void LookOnce()
    {
        var before = new Seen(default, _clock.GetTimestamp(), _clock.GetUtcNow());
        try
        {
            if (_log.ReadMark() is not { } mark)
            {
                IsGone = !_disk.Exists(_files.Manifest);
                throw new ShardUnavailableException("There is no mark.");
            }

            TakeRebased(mark);
            _seen = Follow(_now, mark) ? before with { Mark = mark } : _seen with { Mark = mark };
            _failures = 0;
            if (_problem is not null)
                FollowerLog.GoesOn(_logger, _files.Directory);
            _problem = null;
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Nobody is shown anything any more.
        }
#pragma warning disable CA1031 // Whatever it is: it is told, and the next look tries again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Failed(fault);
        }
    }

    /// <returns>True if all that counts up to the mark is shown.</returns>
    private bool Follow(FollowedState state, CommitPoint mark)
    {
        var position = state.State.Position;
        var isMarked = _options.Sync;
        if (isMarked && mark.Epoch == _epoch && mark.Until <= position.End)
            return true;

        // A later owner may cut what this mark says, if the one who wrote it was replaced meanwhile: then the next mark counts.
        if (isMarked && _options.MayBeTakenOver && EpochClaim.FindLater(_disk, _files, mark.Epoch) is not null)
            return mark.Until <= position.End;

        // Opened after the mark was read: files that the owner has put in the place of others are these by now.
        _log.Segments.Forget(position.Address);
        if (mark.Epoch != _epoch && position.Address >= mark.Begin && !_log.Has(position))
            throw new ShardCorruptException(_log.NameOf(position.Address), $"record {position.Sequence} is not there any more.");
        _epoch = mark.Epoch;
        if (mark.Until > position.End || !isMarked)
            state.Advance(isMarked ? mark : null, mark.Epoch, _closing.Token);
        return true;
    }

    private void Failed(Exception fault)
    {
        if (_problem is null)
            FollowerLog.Stuck(_logger, _files.Directory, fault.Message);
        _problem = fault.Message;
        _log.Segments.Forget(0);
        if (++_failures >= MostFailures && !IsGone && _rebasing is null)
            BeginRebase(isForced: true);
    }

    private void BeginRebase(bool isForced)
    {
        _failures = 0;
        _isForced = isForced;
        _rebasing = Task.Run(() => _opening.Open(_log, progress: null, _closing.Token));
    }

    /// <summary>Shows a state that was made in the background as soon as it has all that the one before it has; if that one cannot go on, at once.</summary>
    private void TakeRebased(CommitPoint mark)
    {
        if (_rebasing is not { IsCompleted: true } rebased)
            return;
        if (!rebased.IsCompletedSuccessfully)
        {
            _rebasing = null;
            throw rebased.Exception?.InnerException is ShardException or IOException or UnauthorizedAccessException
                ? rebased.Exception.InnerException
                : new ShardUnavailableException("It could not be begun anew.", rebased.Exception);
        }

        var next = rebased.Result;
        if (!_isForced && next.Sequence < _now.Sequence)
        {
            _epoch = 0;
            Follow(next, mark);
            if (next.Sequence < _now.Sequence)
                return;
        }

        _rebasing = null;
        _now = next;
        _epoch = 0;
        Interlocked.Increment(ref _rebases);
        FollowerLog.Rebased(_logger, _files.Directory, next.Snapshot?.Position.Sequence ?? 0);
    }

    /// <summary>A mark, and when a look began that showed all of it.</summary>
    private sealed record Seen(CommitPoint Mark, long Timestamp, DateTimeOffset Time);
}

using System.Diagnostics;
using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Snapshots;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Errors;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// The life of one shard's engine: opened in the background, used by any number of calls, closed when none uses it any
/// more. Its life is led by the turns of the one grain that owns it; searches of several shards at once use it from
/// other threads.
/// </summary>
/// <param name="key">Which shard.</param>
/// <param name="surroundings">What all shards share.</param>
/// <param name="giveUp">Ends the activation: another process has the shard.</param>
internal sealed partial class ShardHost(ShardKey key, ShardSurroundings surroundings, Action giveUp) : ILocalShard, IAsyncDisposable
{
    /// <summary>When a caller should come back after the machine failed: people have to look at it first.</summary>
    private const int ComeBackSeconds = 5;

    /// <summary>Callers are not told folders and files of the server: those stand in the log, with the shard.</summary>
    private const string SeeLog = "something is wrong with its files or its disk, and the server's log tells what.";

    private readonly string _directory = surroundings.DirectoryOf(key);
    private readonly ILogger _logger = surroundings.Logs.CreateLogger<ShardHost>();
    private readonly CancellationTokenSource _closing = new();
    private readonly Leased<ShardEngine> _engine = new();
    private Task _opening = Task.CompletedTask;
    private LoadingProgress _progress = new(surroundings.Clock);
    private readonly OpeningRetry _retry = new(surroundings.Clock);
    private volatile HostPhase _phase;
    private bool _ended;
    private bool _isElsewhere;

    public ShardKey Key => key;

    public ShardMeter Meter { get; } = new();

    public ShardUse Use { get; } = new(surroundings.Clock);

    public GoingCold Cold { get; } = new(giveUp);

    public long BytesInMemory => _engine.Read(static engine => engine.Memory.InMemory);

    public HostPhase Phase
    {
        get => _phase;
        private set => _phase = value;
    }

    public ShardState State => Phase switch
    {
        HostPhase.Loading => ShardState.Loading,
        HostPhase.Open => ShardState.Ready,
        _ => ShardState.Failed,
    };

    public int Percent => Phase switch
    {
        HostPhase.Open => 100,
        HostPhase.Loading => _progress.Percent,
        _ => 0,
    };

    /// <summary>Begins to open the shard if there is one, and returns at once.</summary>
    public void Begin()
    {
        if (ShardEngine.ShardExists(_directory))
            BeginOpening();
        else
            Phase = HostPhase.Absent;
    }

    /// <summary>Waits until the shard can be used, though not longer than <paramref name="wait"/>.</summary>
    /// <returns>Null when it can; otherwise why it can't, and when to come back.</returns>
    public async ValueTask<Error?> ReadyAsync(TimeSpan wait)
    {
        if (Phase is HostPhase.Failed && _retry.TimeLeft <= TimeSpan.Zero)
            BeginOpening();
        if (Phase is HostPhase.Loading && wait > TimeSpan.Zero)
        {
            try
            {
                await _opening.WaitAsync(wait, surroundings.Clock);
            }
            catch (TimeoutException)
            {
                return Refusal();
            }
        }

        return Refusal();
    }

    /// <summary>Every call's way to the engine: waits a moment for it, checks the version of the index, and tells the engine's troubles as errors.</summary>
    /// <param name="wait">How long loading is waited for.</param>
    /// <param name="indexVersion">The version that the caller knows; null takes any.</param>
    /// <param name="work">What to do; the engine stays open until it is done.</param>
    public async Task<Result<T>> UseAsync<T>(TimeSpan wait, long? indexVersion, Func<ShardEngine, Task<Result<T>>> work)
    {
        using var use = Use.Begin();
        return await LookAsync(wait, indexVersion, work);
    }

    /// <summary>The same, without counting as use: who asks how a shard is does not keep it in memory.</summary>
    public async Task<Result<T>> LookAsync<T>(TimeSpan wait, long? indexVersion, Func<ShardEngine, Task<Result<T>>> work)
    {
        if (await ReadyAsync(wait) is { } refusal)
            return refusal;

        return await RunAsync(indexVersion, work);
    }

    /// <summary>As <see cref="UseAsync"/>, but from any thread, and without waiting for the shard to be open.</summary>
    public async Task<Result<T>> ReadAsync<T>(long? indexVersion, Func<IShardReader, Task<Result<T>>> work)
    {
        using var use = Use.Begin();
        return await RunAsync(indexVersion, work);
    }

    private async Task<Result<T>> RunAsync<T>(long? indexVersion, Func<ShardEngine, Task<Result<T>>> work)
    {
        using var lease = _engine.TryUse(out var engine);
        if (engine is null)
            return Refusal() ?? Moving();
        if (indexVersion is { } version && version != engine.Descriptor.IndexVersion)
            return Changed(engine);

        try
        {
            var answer = await work(engine);
            surroundings.ConfirmOwner(engine);
            return answer;
        }
        catch (ShardOverloadedException fault)
        {
            return Error.RetryLater(Slugs.Overloaded, fault.Message, 1);
        }
        catch (ShardFencedException fault)
        {
            LogFenced(key, fault.Message);
            giveUp();
            return Moving();
        }
        catch (ShardUnavailableException fault)
        {
            // The engine has told the log when it stopped, goes on by itself when it can, and tells that too.
            LogTakesNoWrites(key, fault.Message);
            return Unavailable($"Shard {key.Shard} takes no writes at the moment: its disk is full or fails. Searches go on, and so will writes as soon as the disk takes them.");
        }
        catch (ShardException fault)
        {
            LogUnavailable(fault, key);
            if (fault is ShardBrokenException)
                ReopenIfWritableAsync().Ignore();
            return Unavailable($"Shard {key.Shard} can't do this now: {SeeLog}");
        }
    }

    public Error Changed(ShardEngine engine) => Error.Of(
        Slugs.IndexChanged, $"Index '{key.Index}' was changed meanwhile; shard {key.Shard} has version {engine.Descriptor.IndexVersion}.");

    /// <summary>A write that comes when its caller does not count on it any more, and may have written since.</summary>
    public Error Late()
    {
        LogLate(key);
        return Moving();
    }

    /// <returns>Null, or why the shard could not be made.</returns>
    public async Task<Error?> CreateAsync(ShardDescriptor descriptor)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var room = await surroundings.Memory.MakeRoomAsync(key, _closing.Token);
            _engine.Open(await Task.Run(() => surroundings.CreateAsync(_directory, descriptor)));
        }
        catch (OperationCanceledException) when (Phase is HostPhase.Closed)
        {
            return Refusal();
        }
        catch (Exception fault) when (IsOfTheMachine(fault))
        {
            LogCreateFailed(fault, key);
            return Unavailable($"Shard {key.Shard} cannot be made: {SeeLog}");
        }

        Phase = HostPhase.Open;
        surroundings.Instruments.ShardOpened(Stopwatch.GetElapsedTime(started));
        return null;
    }

    /// <summary>Copies the shard; closing it ends the copying.</summary>
    public async Task<Result<ShardCopy>> CopyAsync(ShardEngine engine, string directory)
    {
        try
        {
            return SnapshotMessages.ToMessage(await engine.CopyToAsync(directory, _closing.Token));
        }
        catch (OperationCanceledException) when (Phase is HostPhase.Closed)
        {
            return Refusal()!;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogCopyFailed(fault, key);
            return Unavailable($"Shard {key.Shard} cannot be copied: {SeeLog}");
        }
    }

    /// <summary>Makes the shard from a copy and begins to open it.</summary>
    /// <returns>Null, or why it could not be made.</returns>
    public async Task<Error?> RestoreAsync(string source, ShardCopy copy)
    {
        try
        {
            await ShardEngine.RestoreAsync(_directory, source, SnapshotMessages.ToStored(copy), _closing.Token);
        }
        catch (OperationCanceledException) when (Phase is HostPhase.Closed)
        {
            return Refusal();
        }
        catch (ShardCorruptException damage)
        {
            LogCreateFailed(damage, key);
            return SnapshotFolders.Damaged(damage);
        }
        catch (Exception fault) when (IsOfTheMachine(fault))
        {
            LogCreateFailed(fault, key);
            return Unavailable($"Shard {key.Shard} cannot be made: {SeeLog}");
        }

        BeginOpening();
        return null;
    }

    /// <summary>What the shard costs this silo; may be asked by any thread.</summary>
    /// <param name="name">The shard's key as text.</param>
    /// <param name="elapsed">Since it was asked for the last time.</param>
    public ShardLoad Measure(string name, TimeSpan elapsed)
    {
        var busy = Meter.Measure(elapsed);
        using var lease = _engine.TryUse(out var engine);
        if (engine is null)
            return new ShardLoad(name, State, 0, 0, 0, busy);
        var memory = engine.Memory;
        return new ShardLoad(name, ShardState.Ready, engine.Epoch, engine.View.Count, memory.InMemory + memory.Mapped, busy);
    }

    /// <summary>Waits for the calls that use the engine and closes it; there is no way back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended)
            return;

        _ended = true;
        Phase = HostPhase.Closed;
        try
        {
            await _closing.CancelAsync();
            await _opening;
            await CloseEngineAsync();
        }
        finally
        {
            Cold.End();
        }

        _closing.Dispose();
    }

    /// <summary>Closes the shard and removes its files, and the folders above it that this leaves empty.</summary>
    /// <returns>Null, or why the files are still there.</returns>
    public async Task<Error?> DropAsync()
    {
        await DisposeAsync();
        try
        {
            await Task.Run(() => ShardFolder.Remove(_directory, surroundings.Delete));
        }
        catch (Exception fault) when (IsOfTheMachine(fault))
        {
            LogDropFailed(fault, key);
            return Unavailable($"Shard {key.Shard} cannot be removed: {SeeLog}");
        }

        Phase = HostPhase.Absent;
        return null;
    }

    /// <summary>What the shard holds in memory is not what its log says. As soon as the device can be written it is opened anew; until then reads go on.</summary>
    private async Task ReopenIfWritableAsync()
    {
        if (Phase is not HostPhase.Open || _retry.TimeLeft > TimeSpan.Zero)
            return;

        _retry.PutOff();
        if (await Task.Run(() => ShardFolder.TryWrite(_directory)) is { } problem)
            LogStillUnwritable(key, problem);
        else if (Phase is HostPhase.Open)
            BeginOpening();
    }

    private void BeginOpening()
    {
        Phase = HostPhase.Loading;
        _progress = new LoadingProgress(surroundings.Clock);
        _opening = OpenAsync(_progress);
    }

    /// <summary>Never fails: what went wrong is told to the callers, and a later one makes it try again.</summary>
    private async Task OpenAsync(LoadingProgress progress)
    {
        var started = Stopwatch.GetTimestamp();
        using var activity = GrainInstruments.Activities.StartActivity("shard.open");
        try
        {
            await CloseEngineAsync();
            using var room = await surroundings.Memory.MakeRoomAsync(key, _closing.Token);
            var engine = await Task.Run(() => surroundings.OpenAsync(_directory, progress, _closing.Token), _closing.Token);
            _engine.Open(engine);
            surroundings.Instruments.ShardOpened(Stopwatch.GetElapsedTime(started));
            if (Phase is HostPhase.Closed)
                return;

            Phase = HostPhase.Open;
            _retry.Succeeded();
            LogOpened(key, engine.Stats.Documents, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (Phase is HostPhase.Closed)
        {
            LogOpeningStopped(key);
        }
#pragma warning disable CA1031 // Whatever it is: callers are told, and the activation lives to try again instead of falling over in a loop.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _isElsewhere = surroundings.IsShared && fault is (ShardLockedException or ShardFencedException);
            if (_isElsewhere)
            {
                LogElsewhere(key, fault.Message);
                _retry.PutOffBriefly();
            }
            else
            {
                surroundings.Instruments.ShardOpenFailed();
                LogOpenFailed(fault, key);
                _retry.PutOff();
            }

            if (Phase is HostPhase.Loading)
                Phase = HostPhase.Failed;
        }
    }

    private async Task CloseEngineAsync()
    {
        if (await _engine.CloseAsync())
            surroundings.Instruments.ShardClosed();
    }

    private Error? Refusal() => Phase switch
    {
        HostPhase.Open => null,
        HostPhase.Loading => Error.RetryLater(Slugs.Loading, $"Shard {key.Shard} is loading: {_progress.Percent} % done.", _progress.SecondsLeft),
        HostPhase.Failed when _isElsewhere => Moving(),
        HostPhase.Failed => Error.RetryLater(Slugs.StorageUnavailable, $"Shard {key.Shard} cannot be opened: {SeeLog}", _retry.SecondsLeft),
        HostPhase.Closed => Error.RetryLater(Slugs.ShardMoving, $"Shard {key.Shard} is being closed here; the next request finds it where it is opened again.", 1),
        _ => Error.Of(Slugs.IndexNotFound, $"There is no index '{key.Index}'."),
    };

    private Error Moving() => Error.RetryLater(Slugs.ShardMoving, $"Shard {key.Shard} is moving to another silo.", 1);

    private static bool IsOfTheMachine(Exception fault) => fault is ShardException or IOException or UnauthorizedAccessException;

    private static Error Unavailable(string detail) => Error.RetryLater(Slugs.StorageUnavailable, detail, ComeBackSeconds);
}

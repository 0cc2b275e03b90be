using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Reading;
using ClipOrleans.Storage.Recovery;
using ClipOrleans.Storage.Snapshots;
using ClipOrleans.Storage.Writing;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage;

/// <summary>
/// One shard: a directory whose log is the database, and everything derived from it in memory. Any number of threads may
/// call it. Reads never wait for writes; writes of concurrent callers share their forcing of the device.
/// </summary>
public sealed class ShardEngine : IShardReader
{
    private readonly IDisk _disk;
    private readonly ShardFiles _files;
    private readonly ShardOwnership _ownership;
    private readonly OwnerLease _lease;

    /// <summary>Tells the next owner that the shard was closed; null where nobody would ask.</summary>
    private readonly Action? _release;
    private readonly ShardState _state;
    private readonly IShardLog _log;
    private readonly ManifestFile _manifest;
    private readonly RowReader _rows;
    private readonly WriteQueue _queue;
    private readonly ShardWriter _writer;
    private readonly ShardMaintenance? _maintenance;
    private readonly ShardCompaction? _compaction;
    private readonly ShardSnapshots _snapshots;
    private readonly Task _writing;
    private readonly CancellationTokenSource _closing = new();
    private int _disposed;

    internal ShardEngine(IDisk disk, ShardFiles files, ShardOwnership ownership, RecoveredShard shard, ShardOptions options, TimeProvider clock, ILogger logger)
    {
        _disk = disk;
        _files = files;
        _ownership = ownership;
        _release = options.IsOwnerGone is null ? null : () => ShardRecovery.Release(files, shard.Manifest, logger);
        _state = shard.State;
        _log = shard.Log;
        _manifest = shard.Manifest;
        _rows = new RowReader(_log, options.RowCacheBytes);
        _queue = new WriteQueue(options);
        var fence = new EpochFence(disk, files, _manifest, ownership.Lock);
        _lease = new OwnerLease(fence, options.OwnerLease, clock);
        _maintenance = options.Maintenance is { } worker ? new ShardMaintenance(files.Directory, _state, _queue, worker, clock, logger) : null;
        _compaction = options.Maintenance is { } mover ? new ShardCompaction(files.Directory, _state, _log, _rows, _queue, options, mover, clock, logger) : null;
        _snapshots = new ShardSnapshots(disk, files, shard, fence, _queue, options, clock, logger);
        var healer = new ShardHealer(disk, files, _state, _log, fence, _manifest);
        var stop = new WriteStop(files.Directory, clock, options.ReadOnlyChanged, logger);
        _writer = new ShardWriter(_queue, _state, _log, fence, _manifest, healer, stop, clock, logger)
        {
            Maintenance = _maintenance,
            Compaction = _compaction,
            Snapshots = _snapshots,
            Grace = GraceAsync(ownership, options, clock, _closing.Token),
        };
        _writing = Task.Run(_writer.RunAsync);
        _maintenance?.Start();
    }

    /// <summary>What the shard holds, as of the newest index version it was told.</summary>
    public ShardDescriptor Descriptor => _manifest.Current.Descriptor;

    /// <summary>The newest published state: search, browse and count on it, on the caller's thread. It never changes.</summary>
    public CollectionView View => _state.View;

    public long AppliedSequence => _state.Sequence;

    /// <summary>Which owner of the shard this is: raised by each opening.</summary>
    public long Epoch => _manifest.Current.Epoch;

    /// <summary>What the shard takes, by what it is for.</summary>
    public MemoryUse Memory
    {
        get
        {
            var derived = _state.Memory;
            return derived with { Other = derived.Other + _log.BytesInMemory + _rows.BytesInMemory };
        }
    }

    /// <summary>Everything; lists the shard's directory.</summary>
    public ShardStats Stats => new(
        View.Count,
        BytesOnDisk(),
        Memory,
        _state.Sequence,
        Epoch,
        _writer.GroupCommits,
        _writer.Stopped?.Message,
        _maintenance?.Stats ?? MaintenanceStats.None,
        _compaction?.Stats ?? new CompactionStats(_log.End - _log.Begin, 0, 0, 0, 0, null))
    {
        Snapshots = _snapshots.Stats,
    };

    /// <summary>Completes when the log's dead space is not being given back; for tests.</summary>
    internal Task WhenCompacted => _compaction?.Running ?? Task.CompletedTask;

    /// <summary>True if there is a shard in the directory, whole or with its manifest missing.</summary>
    public static bool ShardExists(string directory) => ShardRemoval.ShardExists(LocalDisk.Instance, new ShardFiles(Path.GetFullPath(directory)));

    /// <summary>Opens the shard of a directory: takes the lock, raises the epoch, replays the log.</summary>
    /// <param name="directory">The shard's own directory.</param>
    /// <param name="options">Sizes of pages and segments are those of the shard, whatever is said here.</param>
    /// <param name="logs">For what an operator should know.</param>
    /// <param name="clock">For the times of documents.</param>
    /// <param name="progress">Percent of the log that has been replayed, 0 to 100.</param>
    /// <param name="cancel">Gives up; nothing but the epoch is changed then.</param>
    /// <exception cref="DirectoryNotFoundException">There is no shard.</exception>
    /// <exception cref="ShardLockedException">Another engine owns the shard, here or in another process.</exception>
    /// <exception cref="ShardCorruptException">A file of the shard is not what was written.</exception>
    public static Task<ShardEngine> OpenAsync(string directory, ShardOptions options, ILoggerFactory logs, TimeProvider clock, IProgress<int>? progress = null, CancellationToken cancel = default) =>
        OpenAsync(LocalDisk.Instance, directory, options, logs, clock, progress, cancel);

    /// <summary>Creates an empty shard, durably, and opens it.</summary>
    /// <exception cref="InvalidOperationException">There is a shard in the directory already.</exception>
    /// <exception cref="ArgumentException">The descriptor or the options cannot be.</exception>
    /// <exception cref="ShardLockedException">Another engine is creating or using it.</exception>
    public static Task<ShardEngine> CreateAsync(string directory, ShardDescriptor descriptor, ShardOptions options, ILoggerFactory logs, TimeProvider clock, CancellationToken cancel = default) =>
        CreateAsync(LocalDisk.Instance, directory, descriptor, options, logs, clock, cancel);

    /// <summary>Removes a closed shard, durably; no error if there is none.</summary>
    /// <exception cref="ShardLockedException">An engine has it open.</exception>
    public static void Delete(string directory) => Delete(LocalDisk.Instance, directory);

    /// <summary>The same, also from an owner that <see cref="ShardOptions.IsOwnerGone"/> says is gone.</summary>
    /// <exception cref="ShardLockedException">An engine has it open.</exception>
    public static void Delete(string directory, ShardOptions options, TimeProvider clock) => ShardRemoval.Run(LocalDisk.Instance, directory, options, clock);

    internal static Task<ShardEngine> OpenAsync(IDisk disk, string directory, ShardOptions options, ILoggerFactory logs, TimeProvider clock, IProgress<int>? progress = null, CancellationToken cancel = default) =>
        ShardOpening.OpenAsync(disk, directory, options, logs, clock, progress, cancel);

    internal static Task<ShardEngine> CreateAsync(IDisk disk, string directory, ShardDescriptor descriptor, ShardOptions options, ILoggerFactory logs, TimeProvider clock, CancellationToken cancel = default) =>
        ShardOpening.CreateAsync(disk, directory, descriptor, options, logs, clock, cancel);

    internal static void Delete(IDisk disk, string directory) => ShardRemoval.Run(disk, directory, options: null, TimeProvider.System);

    /// <summary>
    /// Moves the shard to a newer version of its index, durably; fields that were added are derived from the stored
    /// metadata. A version that is not newer changes nothing.
    /// </summary>
    /// <exception cref="ArgumentException">Model, revision and dimensions never change.</exception>
    public async Task ReconfigureAsync(ShardDescriptor newer, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(newer);
        newer.Check();
        var current = Descriptor;
        if (newer.Model != current.Model || newer.ModelRevision != current.ModelRevision || newer.Dimensions != current.Dimensions)
            throw new ArgumentException($"This shard holds {current.Dimensions} dimensions of '{current.Model}' ({current.ModelRevision}); that never changes.", nameof(newer));
        await SubmitAsync(new ReconfigureRequest(newer, cancel));
    }

    /// <summary>
    /// Makes sure that this engine still owned the shard a lease ago (<see cref="ShardOptions.OwnerLease"/>): to be called when
    /// an answer is ready and before it is given. It looks into a small file twice a lease and costs nothing in between.
    /// </summary>
    /// <exception cref="ShardFencedException">A newer owner has opened the shard: the answer may be old and must not be given.</exception>
    /// <exception cref="ShardUnavailableException">It cannot be found out.</exception>
    public void ConfirmOwner() => _lease.Confirm();

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancel = default)
    {
        ConfirmOwner();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Carries out operations in order and returns when the result is durable and visible. All of them become visible at
    /// once; each document is changed whole or not at all (I2). After a cancellation or a failure of the device whether
    /// they count is open.
    /// </summary>
    /// <exception cref="ShardOverloadedException">Too much is waiting; nothing was written.</exception>
    /// <exception cref="ShardUnavailableException">The device failed, or the engine is closed. Writing goes on by itself when the device takes it again.</exception>
    /// <exception cref="ShardBrokenException">The shard has to be opened again before it takes writes.</exception>
    /// <exception cref="ShardFencedException">A newer owner has opened the shard.</exception>
    public ValueTask<WriteResult> WriteAsync(IReadOnlyList<StoredOperation> operations, CancellationToken cancel = default) =>
        WriteAsync(operations, writeId: null, cancel);

    /// <summary>
    /// The same for a write that may be asked for again because its answer got lost: it is done once, and every time it gets
    /// the answer of the first, also after a crash. An id is remembered for ten minutes by the times of the writes in the log,
    /// and of a shard at most the newest 65,536, or as many as fit 8 MiB (some 65,000 of one operation, 7,000 of a thousand).
    /// </summary>
    /// <param name="operations">The same for the same id.</param>
    /// <param name="writeId">A new one for each write; not empty.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentException">The id was that of a write with another number of operations.</exception>
    public ValueTask<WriteResult> WriteAsync(IReadOnlyList<StoredOperation> operations, Guid writeId, CancellationToken cancel = default) =>
        writeId == Guid.Empty ? throw new ArgumentException("A write id is not empty.", nameof(writeId)) : WriteAsync(operations, (Guid?)writeId, cancel);

    private async ValueTask<WriteResult> WriteAsync(IReadOnlyList<StoredOperation> operations, Guid? writeId, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Any(operation => operation.Kind is not (StoredOperationKind.Upsert or StoredOperationKind.PatchMetadata or StoredOperationKind.Delete)))
            throw new ArgumentException("An operation is an upsert, a patch or a deletion.", nameof(operations));
        return await SubmitAsync(new BatchRequest(operations, writeId, cancel));
    }

    /// <summary>Deletes exactly what matches when the writer comes to it; null deletes everything.</summary>
    /// <returns>How many documents were deleted. Above 10,000 they go in steps, each durable by itself.</returns>
    public async ValueTask<long> DeleteMatchingAsync(Filter? filter, CancellationToken cancel = default) =>
        await SubmitAsync(new DeleteMatchingRequest(filter, cancel));

    /// <inheritdoc/>
    public ValueTask<StoredDocument?> GetAsync(string id, bool includeVector, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return new(Newest(id, locator => _rows.Read(locator, id, includeVector)));
    }

    /// <inheritdoc/>
    public ValueTask<StoredDocument> ReadAsync(long locator, bool includeVector, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return new(_rows.Read(locator, id: null, includeVector));
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredDocument>> ReadManyAsync(
        IReadOnlyList<long> locators, IReadOnlyList<string>? ids, bool includeVector, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(locators);
        return await _rows.ReadManyAsync(locators, ids, includeVector, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask<StoredImage?> ReadImageAsync(string id, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();

        // Megabytes to read and to check: not on the thread that asked.
        return View.TryGet(id, out _) ? await Task.Run(() => Newest(id, locator => _rows.ReadImage(locator, id)), cancel) : null;
    }

    /// <summary>
    /// Copies the shard into a directory, which must be empty, while it serves: every write that was answered before the
    /// call, and none that comes after the one record at which the copy ends. Full segments are linked where that can be.
    /// </summary>
    /// <returns>The copy: on the device, and read back.</returns>
    /// <exception cref="ShardOverloadedException">Too many writes wait.</exception>
    /// <exception cref="ShardUnavailableException">Writing has stopped, or the engine is closed.</exception>
    /// <exception cref="ShardFencedException">A newer owner has opened the shard.</exception>
    /// <exception cref="ShardCorruptException">The log is damaged.</exception>
    /// <exception cref="IOException">The device refused.</exception>
    public async Task<BackupShard> CopyToAsync(string directory, CancellationToken cancel = default)
    {
        using var copier = new ShardCopier(_disk, _files, Path.GetFullPath(directory));
        // Not to be given up half-way: what is taken must be let go again.
        await SubmitAsync(new StandstillRequest<bool>(() => copier.Take(_log.Committed, _manifest.Current, View.Count), CancellationToken.None));
        return await Task.Run(() => copier.Copy(cancel), cancel);
    }

    /// <summary>Makes a shard from a copy: each file is checked, the log read, and only then is there a shard in the directory.</summary>
    /// <param name="directory">The new shard's own directory.</param>
    /// <param name="source">Where the copy is.</param>
    /// <param name="copy">What it must be.</param>
    /// <param name="cancel">Gives up; nothing is left.</param>
    /// <exception cref="ShardCorruptException">A file of the copy is not the one that was written.</exception>
    /// <exception cref="InvalidOperationException">There is something in the directory already.</exception>
    public static Task RestoreAsync(string directory, string source, BackupShard copy, CancellationToken cancel = default) =>
        Task.Run(() => ShardRestore.Run(LocalDisk.Instance, Path.GetFullPath(directory), Path.GetFullPath(source), copy, cancel), cancel);

    /// <summary>
    /// Saves what is derived from the log, up to what is published now, so that the next opening has less to replay. It is
    /// done by itself as <see cref="ShardOptions.SnapshotEveryBytes"/> says; reads and writes go on meanwhile.
    /// </summary>
    /// <exception cref="IOException">The device failed or has no room; there is no new snapshot, and nothing else has changed.</exception>
    /// <exception cref="ShardException">Writes have stopped, or the engine is closed.</exception>
    public async Task SnapshotAsync(CancellationToken cancel = default) => await _snapshots.TakeAsync(cancel);

    /// <summary>Finishes the writes that wait, saves a long tail, closes the log, releases the lock last.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _closing.CancelAsync();
        if (_maintenance is not null)
            await _maintenance.DisposeAsync();
        if (_compaction is not null)
            await _compaction.DisposeAsync();
        _queue.Close();
        try
        {
            await _writing;
            await _snapshots.CloseAsync(isWhole: _writer.Stopped is null);
            await _snapshots.DisposeAsync();
            await _log.DisposeAsync();
        }
        finally
        {
            _release?.Invoke();
            _ownership.Dispose();
            _closing.Dispose();
        }
    }

    /// <summary>
    /// A fenced owner may answer searches for a lease: so long nothing new is acknowledged that these would not show. A tenth
    /// more, since two clocks are not one.
    /// </summary>
    private static Task GraceAsync(ShardOwnership ownership, ShardOptions options, TimeProvider clock, CancellationToken closing) =>
        ownership.TakenOverAt is { } since && (options.OwnerLease * 1.1) - clock.GetElapsedTime(since) is { Ticks: > 0 } left
            ? Task.Delay(left, clock, closing)
            : Task.CompletedTask;

    private async Task<T> SubmitAsync<T>(WriteRequest<T> request)
    {
        _queue.Add(request);
        return await request.Answer;
    }

    private T? Newest<T>(string id, Func<long, T?> read)
        where T : class
    {
        while (true)
        {
            var view = View;
            if (!view.TryGet(id, out var row))
                return null;
            try
            {
                return read(view.LocatorOf(row));
            }
            catch (ShardRowMovedException) when (!ReferenceEquals(view, View))
            {
                // This thread slept for a minute between finding and reading; the newest view knows the new place.
            }
        }
    }

    private long BytesOnDisk() =>
        _disk.DirectoryExists(_files.Directory) ? _disk.List(_files.Directory).Sum(file => file.Length) : 0;
}

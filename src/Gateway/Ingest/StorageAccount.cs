using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// What a tenant may still store, as this gateway knows it: what the meter said last, less what was written here since and what is
/// being written. Where that is not enough for a write, the writes of the tenant go one after another, so that each knows what is
/// there. Several gateways know of each other's writes within a second, by which a tenant may exceed its quota.
/// </summary>
internal sealed class StorageAccount(Func<long, long, bool, Task<StorageRoom>> ask, TimeProvider clock)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    /// <summary>The same where the tenant may store as much as there is.</summary>
    private static readonly TimeSpan s_unlimited = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private StorageRoom? _room;
    private long _askedAt;
    private long _asked;
    private long _answered;
    private (long Documents, long Bytes) _writing;
    private (long Documents, long Bytes) _unreported;
    private int _writes;

    /// <summary>The last of those who are alone, or wait to be.</summary>
    private Task _lastAlone = Task.CompletedTask;

    /// <summary>Somebody is alone or waits to be: all others queue behind him.</summary>
    private int _alone;

    /// <summary>Done when no write is under way.</summary>
    private TaskCompletionSource? _quiet;

    /// <summary>What the meter said last.</summary>
    public StorageRoom Room => _room ?? throw new InvalidOperationException("Nobody has asked for the room yet.");

    /// <summary>What may be created still.</summary>
    public long DocumentsLeft => Left(Room.MaxDocuments, Room.Documents + _writing.Documents + _unreported.Documents);

    public long BytesLeft => Left(Room.MaxBytes, Room.Bytes + _writing.Bytes + _unreported.Bytes);

    /// <summary>Asks the meter if what is known is old.</summary>
    /// <param name="fresh">In any case, and for what the shards hold now; for one who is alone.</param>
    public async ValueTask LearnAsync(bool fresh)
    {
        (long Documents, long Bytes) told;
        long number;
        lock (_lock)
        {
            if (!fresh && _room is { } known && (_alone > 0 || clock.GetElapsedTime(_askedAt) < (known.IsLimited ? s_fresh : s_unlimited)))
                return;
            told = _unreported;
            _unreported = default;
            number = ++_asked;
        }

        var (askedAt, room) = (clock.GetTimestamp(), await ask(told.Documents, told.Bytes, fresh));
        lock (_lock)
        {
            // An answer that was overtaken knows less; one who is alone must not be told less than he has just learnt.
            if (_room is null || fresh || (_alone == 0 && number > _answered))
                (_room, _askedAt, _answered) = (room, askedAt, Math.Max(number, _answered));
        }
    }

    /// <summary>Begins a write, if there is room for all of it.</summary>
    public bool TryBegin(long documents, long bytes)
    {
        lock (_lock)
        {
            if (_alone > 0 || DocumentsLeft < documents || BytesLeft < bytes)
                return false;
            Begin(documents, bytes);
            return true;
        }
    }

    /// <summary>Begins a write whose room was looked at by one who is alone.</summary>
    public void Begin(long documents, long bytes)
    {
        lock (_lock)
        {
            _writing = (_writing.Documents + documents, _writing.Bytes + bytes);
            _writes++;
        }
    }

    /// <summary>A write that was begun has been answered.</summary>
    /// <param name="documents">As it was begun with.</param>
    /// <param name="bytes">As it was begun with.</param>
    /// <param name="created">Documents that were not there before.</param>
    /// <param name="written">Bytes of what did not fail.</param>
    public void End(long documents, long bytes, long created, long written)
    {
        lock (_lock)
        {
            _writing = (_writing.Documents - documents, _writing.Bytes - bytes);
            _unreported = (_unreported.Documents + created, _unreported.Bytes + written);
            if (--_writes == 0)
                _quiet?.TrySetResult();
        }
    }

    /// <summary>Does something while no other write of the tenant is under way at this gateway.</summary>
    public async Task<T> AloneAsync<T>(Func<Task<T>> act)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            (before, _lastAlone) = (_lastAlone, mine.Task);
            _alone++;
        }

        try
        {
            await before;
            await Quiet();
            return await act();
        }
        finally
        {
            lock (_lock)
                _alone--;
            mine.SetResult();
        }
    }

    private Task Quiet()
    {
        lock (_lock)
        {
            if (_writes == 0)
                return Task.CompletedTask;
            _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task;
        }
    }

    private static long Left(long? most, long used) => most is { } limit ? Math.Max(0, limit - used) : long.MaxValue;
}

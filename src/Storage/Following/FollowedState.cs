using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Reading;
using ClipOrleans.Storage.Recovery;
using ClipOrleans.Storage.Snapshots;

namespace ClipOrleans.Storage.Following;

/// <summary>What a follower shows: a state that was begun with a snapshot of the owner, or with the log, and goes on behind it.</summary>
internal sealed class FollowedState
{
    private readonly FollowedLog _log;
    private ShardDescriptor _descriptor;
    private long _end;
    private long _sequence;

    /// <param name="log">What it is read from.</param>
    /// <param name="state">As far as it was brought.</param>
    /// <param name="snapshot">What it was begun with; null: the log.</param>
    /// <param name="rowCacheBytes">For hot rows.</param>
    public FollowedState(FollowedLog log, ShardState state, SnapshotFile? snapshot, long rowCacheBytes)
    {
        _log = log;
        State = state;
        Snapshot = snapshot;
        Rows = new RowReader(log, rowCacheBytes);
        _descriptor = state.Descriptor;
        _end = state.Position.End;
        _sequence = state.Sequence;
    }

    public ShardState State { get; }

    public SnapshotFile? Snapshot { get; }

    public RowReader Rows { get; }

    /// <summary>As the filter index was derived for it.</summary>
    public ShardDescriptor Descriptor => Volatile.Read(ref _descriptor);

    /// <summary>Number of the last record that is shown, with all that follows from it.</summary>
    public long Sequence => Interlocked.Read(ref _sequence);

    /// <summary>Address one past the last record that was taken over.</summary>
    public long End => Interlocked.Read(ref _end);

    /// <summary>Shows what the log has behind the last record, up to a mark. One thread at a time.</summary>
    /// <param name="mark">How far; all that is before it must be there. Null: as far as whole records go.</param>
    /// <param name="epoch">Of the owner.</param>
    /// <param name="cancel">Gives up; what was taken over is taken over.</param>
    /// <exception cref="Errors.ShardCorruptException">Not all that is marked can be read.</exception>
    /// <exception cref="IOException">The device does not give it.</exception>
    public void Advance(CommitPoint? mark, long epoch, CancellationToken cancel)
    {
        var from = State.Position.Sequence == 0 ? default(LogPosition?) : State.Position;
        var scan = new LogScan(_log.Segments, mark, epoch, from, mark?.Until ?? long.MaxValue);
        scan.Run((long address, in RecordHeader header, ReadOnlyMemory<byte> record) => ReplayedRecord.Apply(State, _log.Segments, address, header, record), progress: null, cancel);
        if (from is null && scan.IsBeginGuessed && scan.Begin > State.LogBegin)
            throw new Errors.ShardCorruptException(_log.NameOf(State.LogBegin), $"the log begins at {State.LogBegin}, but its files only at {scan.Begin}: some are missing.");
        if (State.Sequence != scan.Sequence)
            State.Publish(scan.Sequence);
        if (State.NeedsRederiving)
            State.Rederive(_log, cancel);
        Volatile.Write(ref _descriptor, State.Descriptor);
        Interlocked.Exchange(ref _end, State.Position.End);
        Interlocked.Exchange(ref _sequence, State.Sequence);

        // Copies what lives into memory of its own: only where no snapshot of the owner can bring it, or the dead are most of it.
        if (State.IsDroppingDue && (Snapshot is null || State.View.DeadRows > State.View.Count))
            State.DropDeadRows();
    }
}

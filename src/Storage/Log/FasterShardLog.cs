using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// The log on FASTER. When a group is durable is decided here: after FASTER has written its bytes to the files they are
/// forced, and behind them the mark that says how far. So is where the log begins: FASTER is not told of it.
/// </summary>
internal sealed class FasterShardLog : IShardLog
{
    private readonly SegmentFiles _segments;
    private readonly LogReader _reader;
    private readonly string _baseName;
    private readonly ShardOptions _options;
    private CommitMark _mark;
    private FasterTail _tail;
    private CommitPoint _committed;
    private CommitPoint _confirmed;
    private volatile Exception? _failure;
    private Task _marking = Task.CompletedTask;
    private long _begin;
    private long _until;

    private FasterShardLog(SegmentFiles segments, CommitMark mark, FasterTail tail, string baseName, ShardOptions options)
    {
        _segments = segments;
        _reader = new LogReader(segments);
        _tail = tail;
        _mark = mark;
        _baseName = baseName;
        _options = options;
        _committed = _confirmed = mark.Last;
        _begin = mark.Last.Begin;
        _until = mark.Last.Until;
    }

    public LogGeometry Geometry => _segments.Geometry;

    public int MaxRecordBytes => Geometry.MaxRecordBytes;

    public long Tail => _tail.Address;

    public long Begin => Interlocked.Read(ref _begin);

    public long End => Interlocked.Read(ref _until);

    public CommitPoint Committed => _confirmed;

    public long BytesInMemory => (long)_options.MemoryPages * Geometry.PageBytes;

    /// <summary>Opens the log for appending behind what a scan found. Owns segments and mark from here on.</summary>
    /// <param name="mark">The mark, started at the end of the log.</param>
    public static FasterShardLog Open(SegmentFiles segments, CommitMark mark, string baseName, ShardOptions options)
    {
        try
        {
            return new FasterShardLog(segments, mark, FasterTail.Open(segments, mark.Last, baseName, options), baseName, options);
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    public async ValueTask<long> AppendAsync(ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        if (record.Length > MaxRecordBytes)
            throw new ArgumentException($"A record of {record.Length} bytes; at most {MaxRecordBytes} fit.", nameof(record));
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            ThrowIfFailed();
            if (TryAppend(record.Span, out var address))
                return address;
            // FASTER frees pages when threads pass its epoch, which the next attempt does.
            await Task.Yield();
        }
    }

    public async Task CommitAsync(long sequence)
    {
        ThrowIfFailed();
        var until = _tail.Address;
        try
        {
            await _tail.WriteOutAsync(until);
        }
        catch (Exception e) when (_tail.IsOfTheLog(e))
        {
            throw Fail(e);
        }

        _committed = _committed with { Sequence = sequence, Until = until };
        if (_options.Sync)
            await Task.Run(ForceAsync);
        _confirmed = _committed;
        Interlocked.Exchange(ref _until, until);
    }

    public PooledRecord Read(long address)
    {
        try
        {
            return _reader.Read(address);
        }
        catch (Exception e) when (IsTruncated(address, e))
        {
            throw new ShardRowMovedException($"What stood at log address {address} was moved or removed; the log begins at {Begin} now.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShardReadException($"The log cannot be read at address {address}: {e.Message}", e);
        }
    }

    public string NameOf(long address) => _segments.NameOf(address);

    public long Visit(long from, long until, LogScan.Visitor visit) => _reader.VisitPage(from, Math.Min(until, End), visit);

    public async Task TruncateAsync(long begin)
    {
        if (begin != Geometry.SegmentStart(begin) || begin < Begin || begin >= _confirmed.Until)
            throw new ArgumentException($"A log from {Begin} to {_confirmed.Until} cannot begin at {begin}.", nameof(begin));
        ThrowIfFailed();

        // Without Sync nothing was forced yet: what was moved must be on the device before what it was moved from goes.
        _committed = _committed with { Begin = begin };
        await Task.Run(ForceAsync);
        await _marking;
        ThrowIfFailed();
        _confirmed = _committed;
        Interlocked.Exchange(ref _begin, begin);
    }

    public void RemoveTruncated(long begin) => _segments.RemoveBefore(Geometry.SegmentOf(Math.Min(begin, Begin)));

    public async Task ReopenAsync(long epoch)
    {
        // Until it is open again, and if it never is, the log takes nothing.
        _failure ??= new IOException("The log is not open for writing.");
        await _marking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tail.Dispose();
        await Task.Run(() => ReopenBehind(_confirmed with { Epoch = epoch }));
        _failure = null;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _marking;

            // Without Sync the mark is behind; now that nothing more comes, it can be brought up.
            if (Failure is null && _committed != _mark.Last)
            {
                await Task.Run(ForceAsync);
                await _marking;
            }
        }
        finally
        {
            _tail.Dispose();
            _mark.Dispose();
            _segments.Dispose();
        }
    }

    private Exception? Failure => _failure ?? _tail.Failure;

    /// <summary>What was appended behind the point was never confirmed: cut off, it is wholly absent, as its callers were told it may be.</summary>
    private void ReopenBehind(CommitPoint point)
    {
        _segments.CutAt(point.Until);
        _segments.WriteAgain(Math.Max(point.Until & ~(LogGeometry.CacheBlockBytes - 1L), point.Begin), point.Until);
        _segments.FlushAll();

        // The last page is read back: whatever the failure left there must be the records that were confirmed.
        var start = Math.Max(point.Until & ~(Geometry.PageBytes - 1L), point.Begin);
        if (start < point.Until)
            new LogScan(_segments, point with { Begin = start }, point.Epoch).Run(static (long _, in RecordHeader _, ReadOnlyMemory<byte> _) => { }, progress: null, CancellationToken.None);
        var mark = _segments.StartMark(point);
        _mark.Dispose();
        _mark = mark;
        _committed = _confirmed = point;
        _tail = FasterTail.Open(_segments, point, _baseName, _options);
    }

    private bool TryAppend(ReadOnlySpan<byte> record, out long address)
    {
        try
        {
            return _tail.TryAppend(record, out address);
        }
        catch (Exception e) when (_tail.IsOfTheLog(e))
        {
            throw Fail(e);
        }
    }

    /// <summary>
    /// Forces the bytes, and starts to write the mark that says so. The mark is not waited for: it does not make the group
    /// durable, it makes damage to it noticed. It lags one group at most, since the next one waits for it.
    /// </summary>
    private async Task ForceAsync()
    {
        try
        {
            _segments.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What a failed fsync had not written is lost from the cache too: a second try would lie.
            throw Fail(e);
        }

        await _marking;
        ThrowIfFailed();
        var point = _committed;
        _marking = Task.Run(() => Mark(point));
    }

    private void Mark(CommitPoint point)
    {
        try
        {
            _mark.Write(point);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _ = Fail(e);
        }
    }

    private bool IsTruncated(long address, Exception e) =>
        address >= LogGeometry.FirstAddress && address < Begin && e is ShardCorruptException or ObjectDisposedException or IOException;

    private void ThrowIfFailed()
    {
        if (Failure is { } failure)
            throw Fail(failure);
    }

    private ShardUnavailableException Fail(Exception e)
    {
        _failure = Failure ?? e;
        return new ShardUnavailableException($"The device failed: {_failure.Message}", _failure);
    }
}

using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// The log on FASTER. When a group is durable is decided here: after FASTER has written its bytes to the files they are
/// forced, and behind them the mark that says how far. So is where the log begins: FASTER is not told of it. Until something
/// is written there need be neither FASTER nor a mark of this opening: then nothing on disk changes either.
/// </summary>
internal sealed class FasterShardLog : IShardLog
{
    private readonly SegmentFiles _segments;
    private readonly LogReader _reader;
    private readonly LogEnd _end;
    private readonly ShardOptions _options;
    private CommitMark? _mark;
    private volatile FasterTail? _tail;
    private CommitPoint _committed;
    private CommitPoint _confirmed;
    private volatile Exception? _failure;
    private Task _marking = Task.CompletedTask;
    private long _begin;
    private long _until;

    /// <summary>A log of which nothing is open for writing yet. Owns the segments from here on.</summary>
    /// <param name="segments">Its files.</param>
    /// <param name="point">Where a scan found its end: all before it is durable.</param>
    /// <param name="end">Opens it for writing.</param>
    /// <param name="options">Sizes of its memory, and whether commits are forced.</param>
    public FasterShardLog(SegmentFiles segments, CommitPoint point, LogEnd end, ShardOptions options)
    {
        _segments = segments;
        _reader = new LogReader(segments);
        _end = end;
        _options = options;
        _committed = _confirmed = point;
        _begin = point.Begin;
        _until = point.Until;
    }

    public LogGeometry Geometry => _segments.Geometry;

    public int MaxRecordBytes => Geometry.MaxRecordBytes;

    public long Tail => _tail?.Address ?? End;

    public long Begin => Interlocked.Read(ref _begin);

    public long End => Interlocked.Read(ref _until);

    public CommitPoint Committed => _confirmed;

    public long BytesInMemory => _tail is null ? 0 : (long)_options.MemoryPages * Geometry.PageBytes;

    /// <summary>Opens it for writing now; otherwise the first append does. With no append under way.</summary>
    public FasterTail OpenEnd()
    {
        if (_tail is { } open)
            return open;
        var (mark, tail) = _end.Open(_confirmed);
        _mark = mark;
        return _tail = tail;
    }

    public async ValueTask<long> AppendAsync(ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        if (record.Length > MaxRecordBytes)
            throw new ArgumentException($"A record of {record.Length} bytes; at most {MaxRecordBytes} fit.", nameof(record));
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            ThrowIfFailed();
            var tail = _tail ?? await TryOpenEndAsync();
            if (TryAppend(tail, record.Span, out var address))
                return address;
            // FASTER frees pages when threads pass its epoch, which the next attempt does.
            await Task.Yield();
        }
    }

    public async Task CommitAsync(long sequence)
    {
        ThrowIfFailed();
        if (_tail is not { } tail)
            return; // Nothing was appended.
        var until = tail.Address;
        try
        {
            await tail.WriteOutAsync(until);
        }
        catch (Exception e) when (tail.IsOfTheLog(e))
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
        _ = _tail ?? await TryOpenEndAsync();

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
        _tail?.Dispose();
        await Task.Run(() => ReopenBehind(_confirmed with { Epoch = epoch }));
        _failure = null;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _marking;

            // Without Sync the mark is behind; now that nothing more comes, it can be brought up.
            if (Failure is null && _mark is { } mark && _committed != mark.Last)
            {
                await Task.Run(ForceAsync);
                await _marking;
            }
        }
        finally
        {
            _tail?.Dispose();
            _mark?.Dispose();
            _segments.Dispose();
        }
    }

    private Exception? Failure => _failure ?? _tail?.Failure;

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
        _mark?.Dispose();
        _mark = mark;
        _committed = _confirmed = point;
        _tail = _end.OpenTail(point);
    }

    /// <summary>The first write of this opening: forces the device several times.</summary>
    /// <exception cref="ShardUnavailableException">The device failed; it is tried again when the log is reopened.</exception>
    /// <exception cref="ShardFencedException">A newer owner writes.</exception>
    private async Task<FasterTail> TryOpenEndAsync()
    {
        try
        {
            return await Task.Run(OpenEnd);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fail(e);
        }
    }

    private bool TryAppend(FasterTail tail, ReadOnlySpan<byte> record, out long address)
    {
        try
        {
            return tail.TryAppend(record, out address);
        }
        catch (Exception e) when (tail.IsOfTheLog(e))
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
            _mark!.Write(point);
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

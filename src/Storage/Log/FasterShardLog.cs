using ClipOrleans.Storage.Errors;
using FASTER.core;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// The log on FASTER: it places entries, keeps the newest pages in memory and writes them out. When a group is durable
/// is decided here: after the flush its bytes are forced, and behind them the mark that says how far.
/// </summary>
internal sealed class FasterShardLog : IShardLog
{
    private readonly SegmentFiles _segments;
    private readonly LogReader _reader;
    private readonly SegmentDevice _device;
    private readonly FasterLog _log;
    private readonly CommitMark _mark;
    private readonly int _memoryPages;
    private readonly bool _sync;
    private CommitPoint _committed;
    private volatile Exception? _failure;
    private Task _marking = Task.CompletedTask;

    private FasterShardLog(SegmentFiles segments, CommitMark mark, SegmentDevice device, FasterLog log, int memoryPages, bool sync)
    {
        _segments = segments;
        _reader = new LogReader(segments);
        _device = device;
        _log = log;
        _mark = mark;
        _memoryPages = memoryPages;
        _sync = sync;
        _committed = mark.Last;
    }

    public int MaxRecordBytes => _segments.Geometry.MaxRecordBytes;

    public long Tail => _log.TailAddress;

    public CommitPoint Committed => _committed;

    public long BytesInMemory => (long)_memoryPages * _segments.Geometry.PageBytes;

    /// <summary>Opens the log for appending behind what a scan found. Owns segments and mark from here on.</summary>
    /// <param name="mark">The mark, started at the end of the log.</param>
    public static FasterShardLog Open(SegmentFiles segments, CommitMark mark, string baseName, ShardOptions options)
    {
        var geometry = segments.Geometry;
        var device = new SegmentDevice(segments, baseName);
        var settings = new FasterLogSettings
        {
            LogDevice = device,
            PageSizeBits = geometry.PageSizeBits,
            MemorySize = (long)options.MemoryPages << geometry.PageSizeBits,
            SegmentSizeBits = geometry.SegmentSizeBits,
            LogChecksum = LogChecksumType.PerEntry,
            LogCommitManager = new RecoveredPoint(mark.Last),
            TryRecoverLatest = false,
        };
        var log = new FasterLog(settings);
        try
        {
            if (mark.Last.Until > LogGeometry.FirstAddress)
                log.Recover();
            if (log.TailAddress != mark.Last.Until)
                throw new ShardUnavailableException($"The log stands at {log.TailAddress} after recovery, not at {mark.Last.Until}.", device.Failure);
            return new FasterShardLog(segments, mark, device, log, options.MemoryPages, options.Sync);
        }
        catch
        {
            log.Dispose();
            device.Dispose();
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
        var until = _log.TailAddress;
        try
        {
            _log.Commit();
            await _log.WaitForCommitAsync(until, token: _device.Failing);
        }
        catch (Exception e) when (IsOfTheLog(e))
        {
            throw Fail(e);
        }

        _committed = _committed with { Sequence = sequence, Until = until };
        if (_sync)
            await Task.Run(ForceAsync);
    }

    public PooledRecord Read(long address) => _reader.Read(address);

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
            _log.Dispose();
            _device.Dispose();
            _mark.Dispose();
            _segments.Dispose();
        }
    }

    private Exception? Failure => _failure ?? _device.Failure;

    private bool TryAppend(ReadOnlySpan<byte> record, out long address)
    {
        try
        {
            return _log.TryEnqueue(record, out address);
        }
        catch (Exception e) when (IsOfTheLog(e))
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

    private void ThrowIfFailed()
    {
        if (Failure is { } failure)
            throw Fail(failure);
    }

    private bool IsOfTheLog(Exception e) => _device.Failure is not null || e is CommitFailureException or FasterException;

    private ShardUnavailableException Fail(Exception e)
    {
        _failure = Failure ?? e;
        return new ShardUnavailableException($"The device failed: {_failure.Message}", _failure);
    }

    /// <summary>
    /// Gives FASTER the point to recover to and keeps nothing: where the log ends is found by reading it, and the mark is
    /// written by the commit itself.
    /// </summary>
    private sealed class RecoveredPoint(CommitPoint point) : ILogCommitManager
    {
        private const long Number = 1;

        public void Commit(long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata)
        {
        }

        public byte[] GetCommitMetadata(long commitNum) =>
            new FasterLogRecoveryInfo { BeginAddress = point.Begin, UntilAddress = point.Until, CommitNum = Number }.ToByteArray();

        public IEnumerable<long> ListCommits() => [Number];

        public void RemoveCommit(long commitNum)
        {
        }

        public void RemoveAllCommits()
        {
        }

        public void OnRecovery(long commitNum)
        {
        }

        public void Dispose()
        {
        }
    }
}

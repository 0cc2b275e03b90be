using ClipOrleans.Storage.Errors;
using FASTER.core;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// FASTER at the end of a log: it places entries, keeps the newest pages in memory and writes them out. After the first
/// failure it is of no use any more; another one is opened behind what was committed.
/// </summary>
internal sealed class FasterTail : IDisposable
{
    private readonly SegmentDevice _device;
    private readonly FasterLog _log;
    private bool _disposed;

    private FasterTail(SegmentDevice device, FasterLog log)
    {
        _device = device;
        _log = log;
    }

    public long Address => _log.TailAddress;

    /// <summary>The first error of the device, or null.</summary>
    public Exception? Failure => _device.Failure;

    /// <exception cref="ShardUnavailableException">The device failed.</exception>
    public static FasterTail Open(SegmentFiles segments, CommitPoint point, string baseName, ShardOptions options)
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
            LogCommitManager = new RecoveredPoint(point),
            TryRecoverLatest = false,
        };
        var log = new FasterLog(settings);
        try
        {
            if (point.Until > LogGeometry.FirstAddress)
                log.Recover();
            return log.TailAddress == point.Until
                ? new FasterTail(device, log)
                : throw new ShardUnavailableException($"The log stands at {log.TailAddress} after recovery, not at {point.Until}.", device.Failure);
        }
        catch
        {
            log.Dispose();
            device.Dispose();
            throw;
        }
    }

    /// <returns>False when there is no room in memory: a later attempt has it.</returns>
    public bool TryAppend(ReadOnlySpan<byte> record, out long address) => _log.TryEnqueue(record, out address);

    /// <summary>Completes when all that was appended before the call has been handed to the files.</summary>
    public async Task WriteOutAsync(long until)
    {
        _log.Commit();
        await _log.WaitForCommitAsync(until, token: _device.Failing);
    }

    /// <summary>The exception says that the log failed, not that its caller did something wrong.</summary>
    public bool IsOfTheLog(Exception e) => _device.Failure is not null || e is CommitFailureException or FasterException;

    /// <summary>Afterwards nothing of it is written any more.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _log.Dispose();
        _device.Dispose();
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

using FASTER.core;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// FASTER's view of the segment files. A write is a copy into the cache of the operating system, made at once by the
/// thread that asks; forcing it to the device is the commit's business, once a group instead of once a page. A failure is
/// kept with its own exception: FASTER knows only a number for it.
/// </summary>
internal sealed class SegmentDevice(SegmentFiles segments, string name) : StorageDeviceBase(name, LogGeometry.SectorBytes, Devices.CAPACITY_UNSPECIFIED)
{
    private readonly CancellationTokenSource _failing = new();
    private readonly ReaderWriterLockSlim _ending = new();
    private Exception? _failure;
    private bool _disposed;

    /// <summary>The first error of the device, or null.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Cancelled with the first error: FASTER leaves some waiters waiting then.</summary>
    public CancellationToken Failing => _failing.Token;

    public override unsafe void WriteAsync(IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context) =>
        Complete(() => segments.Write(segmentId, new ReadOnlySpan<byte>((void*)sourceAddress, (int)numBytesToWrite), (long)destinationAddress), numBytesToWrite, callback, context);

    public override unsafe void ReadAsync(int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context) =>
        Complete(
            () =>
            {
                var buffer = new Span<byte>((void*)destinationAddress, (int)readLength);
                var read = segments.Read(buffer, ((long)segmentId << segments.Geometry.SegmentSizeBits) + (long)sourceAddress);
                // The last page of a file is short; FASTER expects zeros where nothing was written.
                buffer[read..].Clear();
            },
            readLength,
            callback,
            context);

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) =>
        throw new NotSupportedException("A segment is removed only by the code that keeps the begin of the log.");

    /// <summary>Waits for what is being written. A page that FASTER still had on its way must not come behind a cut of the log.</summary>
    public override void Dispose()
    {
        _ending.EnterWriteLock();
        try
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        finally
        {
            _ending.ExitWriteLock();
        }

        _failing.Dispose();
    }

    private void Complete(Action transfer, uint length, DeviceIOCompletionCallback callback, object context)
    {
        var done = TryTransfer(transfer);
        callback(done ? 0 : uint.MaxValue, done ? length : 0, context);
    }

    private bool TryTransfer(Action transfer)
    {
        _ending.EnterReadLock();
        try
        {
            if (_disposed)
                return false;
            transfer();
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is, FASTER must hear of it through the callback: it would wait for ever.
            if (Interlocked.CompareExchange(ref _failure, e, null) is null)
                _failing.Cancel();
            return false;
        }
        finally
        {
            _ending.ExitReadLock();
        }
    }
}

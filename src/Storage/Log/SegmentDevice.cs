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
    private Exception? _failure;

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

    public override void Dispose() => _failing.Dispose();

    private void Complete(Action transfer, uint length, DeviceIOCompletionCallback callback, object context)
    {
        var error = 0u;
        try
        {
            transfer();
        }
        catch (Exception e)
        {
            // Whatever it is, FASTER must hear of it through the callback: it would wait for ever.
            error = uint.MaxValue;
            if (Interlocked.CompareExchange(ref _failure, e, null) is null)
                _failing.Cancel();
        }

        callback(error, error == 0 ? length : 0, context);
    }
}

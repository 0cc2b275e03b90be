using FASTER.core;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// FASTER's view of the segment files. It hands pages to the operating system; forcing them to the device is the
/// commit's business, once a group instead of once a page. A failure is kept with its own exception: FASTER knows only
/// a number for it.
/// </summary>
internal sealed class SegmentDevice(SegmentFiles segments, string name) : StorageDeviceBase(name, LogGeometry.SectorBytes, Devices.CAPACITY_UNSPECIFIED)
{
    private readonly CancellationTokenSource _failing = new();
    private TaskCompletionSource _progress = NewSignal();
    private Exception? _failure;

    /// <summary>The first error of the device, or null.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Cancelled with the first error: FASTER leaves some waiters waiting then.</summary>
    public CancellationToken Failing => _failing.Token;

    /// <summary>Completes with the next write, whatever its outcome. Take it before looking at the state it changes.</summary>
    public Task Progress => Volatile.Read(ref _progress).Task;

    public override void WriteAsync(IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context) =>
        ThreadPool.UnsafeQueueUserWorkItem(_ => Write(sourceAddress, segmentId, (long)destinationAddress, numBytesToWrite, callback, context), null);

    public override void ReadAsync(int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context) =>
        ThreadPool.UnsafeQueueUserWorkItem(_ => Read(segmentId, (long)sourceAddress, destinationAddress, readLength, callback, context), null);

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) =>
        throw new NotSupportedException("A segment is removed only by the code that keeps the begin of the log.");

    public override void Dispose() => _failing.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private unsafe void Write(IntPtr source, int segment, long offset, uint length, DeviceIOCompletionCallback callback, object context) =>
        Complete(() => segments.Write(segment, new ReadOnlySpan<byte>((void*)source, (int)length), offset), length, callback, context);

    private unsafe void Read(int segment, long offset, IntPtr destination, uint length, DeviceIOCompletionCallback callback, object context) =>
        Complete(
            () =>
            {
                var buffer = new Span<byte>((void*)destination, (int)length);
                var read = segments.Read(buffer, ((long)segment << SegmentBits) + offset);
                // The last page of a file is short; FASTER expects zeros where nothing was written.
                buffer[read..].Clear();
            },
            length,
            callback,
            context);

    private int SegmentBits => segments.Geometry.SegmentSizeBits;

    private void Complete(Action transfer, uint length, DeviceIOCompletionCallback callback, object context)
    {
        var error = 0u;
        try
        {
            transfer();
        }
        catch (Exception e)
        {
            error = uint.MaxValue;
            Fail(e);
        }

        try
        {
            callback(error, error == 0 ? length : 0, context);
        }
        catch (Exception e)
        {
            // An exception here would end the process, since nothing above could catch it.
            Fail(e);
        }

        Interlocked.Exchange(ref _progress, NewSignal()).TrySetResult();
    }

    private void Fail(Exception e)
    {
        if (Interlocked.CompareExchange(ref _failure, e, null) is null)
            _failing.Cancel();
    }
}

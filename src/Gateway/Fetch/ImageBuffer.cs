using System.Buffers;
using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>The bytes of one encoded image and what holds them. Disposing gives the memory back.</summary>
internal sealed class ImageBuffer : IDisposable
{
    private readonly ByteBudget? _budget;
    private readonly long _taken;
    private byte[]? _rented;
    private RequestBody? _body;

    /// <param name="rented">An array of the shared pool, owned from now on.</param>
    /// <param name="length">How much of it is the image.</param>
    /// <param name="budget">What the bytes were taken from, if from any.</param>
    /// <param name="taken">How many were taken.</param>
    public ImageBuffer(byte[] rented, int length, ByteBudget? budget = null, long taken = 0)
    {
        _rented = rented;
        _budget = budget;
        _taken = taken;
        Bytes = rented.AsMemory(0, length);
    }

    /// <param name="body">A body that is an image as a whole, owned from now on.</param>
    public ImageBuffer(RequestBody body)
    {
        _body = body;
        Bytes = body.Bytes;
    }

    public ReadOnlyMemory<byte> Bytes { get; private set; }

    public void Dispose()
    {
        Bytes = default;
        _body?.Dispose();
        _body = null;
        if (_rented is null)
            return;
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
        _budget?.Give(_taken);
    }
}

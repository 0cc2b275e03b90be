using System.Buffers;

namespace ClipOrleans.Storage.Log;

/// <summary>A record in a rented buffer.</summary>
internal readonly struct PooledRecord(byte[] buffer, int start, int length) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(start, length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}

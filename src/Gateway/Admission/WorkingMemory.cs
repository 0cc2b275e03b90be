using System.Buffers;
using System.Runtime.InteropServices;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Memory to read a request into. Small pieces come from the shared pool. Large ones come from the system and go back to it
/// at once: the pool would round them up to the next power of two and keep them long after the flood.
/// </summary>
internal static class WorkingMemory
{
    private const int Large = 1024 * 1024;

    /// <param name="capacity">Bytes at least.</param>
    public static IMemoryOwner<byte> Rent(int capacity) =>
        capacity < Large ? MemoryPool<byte>.Shared.Rent(Math.Max(1, capacity)) : new SystemMemory(capacity);

    /// <summary>A larger piece with the same beginning; the former is given back.</summary>
    public static IMemoryOwner<byte> Grow(IMemoryOwner<byte> former, int start, int length, int capacity)
    {
        var larger = Rent(capacity);
        former.Memory.Span.Slice(start, length).CopyTo(larger.Memory.Span);
        former.Dispose();
        return larger;
    }

    private sealed unsafe class SystemMemory(int length) : MemoryManager<byte>
    {
        private void* _start = NativeMemory.Alloc((nuint)length);

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(_start is null, this);
            return new Span<byte>(_start, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_start + elementIndex, pinnable: this);

        public override void Unpin()
        {
            // System memory does not move.
        }

        protected override void Dispose(bool disposing)
        {
            NativeMemory.Free(_start);
            _start = null;
        }
    }
}

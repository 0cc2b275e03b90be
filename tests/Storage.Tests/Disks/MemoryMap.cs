using System.Runtime.InteropServices;

namespace ClipOrleans.Storage.Tests.Disks;

/// <summary>What a file held when it was mapped.</summary>
internal sealed unsafe class MemoryMap : SafeBuffer
{
    public MemoryMap(ReadOnlySpan<byte> bytes)
        : base(ownsHandle: true)
    {
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes.Length), 4096));
        Initialize((ulong)bytes.Length);
        bytes.CopyTo(new Span<byte>((byte*)handle, bytes.Length));
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}

using System.Runtime.InteropServices;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Zeroed memory outside the garbage collector's heap, freed when the last reader has let go of it. Aligned to 2 MiB
/// and asked to lie on huge pages: a search reads at random, and a page table walk costs as much as the read.
/// </summary>
internal sealed unsafe partial class NativeBlock
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14;

    public NativeBlock(long bytes)
    {
        var size = ((nuint)bytes + HugePage - 1) & ~(HugePage - 1);
        Bytes = (long)size;
        Pointer = (byte*)NativeMemory.AlignedAlloc(size, HugePage);
        if (OperatingSystem.IsLinux())
            _ = Advise(Pointer, size, AdviseHugePages); // a wish: without huge pages the block works as well, only slower
        NativeMemory.Clear(Pointer, size);
        GC.AddMemoryPressure(Bytes);
    }

    ~NativeBlock()
    {
        NativeMemory.AlignedFree(Pointer);
        GC.RemoveMemoryPressure(Bytes);
    }

    public byte* Pointer { get; }

    /// <summary>What was asked for, rounded up to whole huge pages: all of it is taken.</summary>
    public long Bytes { get; }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}

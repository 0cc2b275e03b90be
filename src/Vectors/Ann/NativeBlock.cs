using System.Runtime.InteropServices;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Zeroed memory outside the garbage collector's heap, freed when the last reader has let go of it. What fills huge pages
/// of 2 MiB is asked to lie on them: a search reads at random, and a page table walk costs as much as the read. The rest
/// is asked not to: a huge page is taken whole.
/// </summary>
internal sealed unsafe partial class NativeBlock
{
    private const nuint HugePage = 2 << 20;
    private const nuint Page = 4096;
    private const int AdviseHugePages = 14;
    private const int AdviseNoHugePages = 15;

    public NativeBlock(long bytes)
    {
        var size = ((nuint)bytes + Page - 1) & ~(Page - 1);
        var huge = size & ~(HugePage - 1);
        Bytes = (long)size;
        Pointer = (byte*)NativeMemory.AlignedAlloc(size, huge > 0 ? HugePage : Page);
        if (OperatingSystem.IsLinux())
        {
            // Wishes: the block works without them as well, only slower or larger.
            _ = Advise(Pointer, huge, AdviseHugePages);
            _ = Advise(Pointer + huge, size - huge, AdviseNoHugePages);
        }

        NativeMemory.Clear(Pointer, size);
        GC.AddMemoryPressure(Bytes);
    }

    ~NativeBlock()
    {
        NativeMemory.AlignedFree(Pointer);
        GC.RemoveMemoryPressure(Bytes);
    }

    public byte* Pointer { get; }

    /// <summary>What was asked for, rounded up to whole pages: all of it is taken.</summary>
    public long Bytes { get; }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}

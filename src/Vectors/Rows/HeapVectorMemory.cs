using System.Runtime.InteropServices;

namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// Vectors in memory of the process, outside the collector's heap, and large blocks outside that of the C library: both keep what
/// they once had for a long time, and a process whose shards have gone cold would go on taking what they took.
/// </summary>
public sealed partial class HeapVectorMemory : IVectorMemory
{
    private static long _allocated;

    private HeapVectorMemory()
    {
    }

    /// <summary>Bytes of all blocks of the process that were not freed yet.</summary>
    internal static long Allocated => Interlocked.Read(ref _allocated);

    public static HeapVectorMemory Instance { get; } = new();

    /// <inheritdoc/>
    public VectorMemory Allocate(long bytes) => Block.Create(bytes);

    private sealed unsafe partial class Block : VectorMemory
    {
        /// <summary>A vector that straddles cache lines costs a line more.</summary>
        private const int Alignment = 64;

        /// <summary>From here on whole pages of their own, which go back to the system the moment they are freed.</summary>
        private const long LeastPages = 256 << 10;

        private const int ReadAndWrite = 1 | 2;
        private const int PrivateAnonymous = 2 | 0x20;

        private Block(float* pointer, long bytes)
            : base(pointer, bytes, isMapped: false)
        {
            Interlocked.Add(ref _allocated, bytes);
            GC.AddMemoryPressure(bytes);
        }

        /// <summary>The memory is there before the object is: one whose making failed would be finalized all the same, and end the process.</summary>
        public static Block Create(long bytes)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
            return new Block(Get(bytes), bytes);
        }

        ~Block()
        {
            if (HasPages(Bytes))
                _ = Unmap(Pointer, (nuint)Bytes);
            else
                NativeMemory.AlignedFree(Pointer);
            Interlocked.Add(ref _allocated, -Bytes);
            GC.RemoveMemoryPressure(Bytes);
        }

        private static bool HasPages(long bytes) => bytes >= LeastPages && OperatingSystem.IsLinux();

        private static float* Get(long bytes)
        {
            if (!HasPages(bytes))
                return (float*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            var pages = Map(null, (nuint)bytes, ReadAndWrite, PrivateAnonymous, -1, 0);
            return pages != (void*)-1 ? (float*)pages
                : throw new InsufficientMemoryException($"The system has no {bytes} bytes for vectors: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
        private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int Unmap(void* address, nuint length);
    }
}

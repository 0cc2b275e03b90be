using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClipOrleans.Vectors.Kernels;

/// <summary>Which of 32 rows belong to a bitmap: eight look-ups at once where the processor can gather.</summary>
internal static unsafe class MemberKernels
{
    public const int Rows = 32;

    /// <param name="rows">32 row numbers, none negative.</param>
    /// <param name="words">Bitmap of the rows below <paramref name="rowCount"/>.</param>
    /// <param name="rowCount">Rows at and beyond it are no members.</param>
    /// <returns>Bit i: row i is a member.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Members(int* rows, ulong* words, int rowCount) =>
        Avx2.IsSupported ? Wide256(rows, words, rowCount) : Scalar(rows, words, rowCount, Rows);

    /// <summary>The same for the first <paramref name="count"/> of them; nothing behind is read.</summary>
    public static uint Scalar(int* rows, ulong* words, int rowCount, int count)
    {
        var mask = 0u;
        for (var i = 0; i < count; i++)
        {
            var row = rows[i];
            if (row < rowCount)
                mask |= (uint)((words[row >> 6] >> row) & 1) << i;
        }

        return mask;
    }

    internal static uint Wide256(int* rows, ulong* words, int rowCount)
    {
        var mask = 0u;
        var limit = Vector256.Create(rowCount);
        for (var at = 0; at < Rows; at += Vector256<int>.Count)
        {
            var these = Vector256.Load(rows + at);
            var known = Vector256.LessThan(these, limit);
            var bits = Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)words, these >>> 5, known, sizeof(int));
            // The bit of the row goes to the sign, which is what the mask is taken from.
            var signs = Avx2.ShiftLeftLogicalVariable(bits, (Vector256.Create(31) - (these & Vector256.Create(31))).AsUInt32());
            mask |= (uint)Avx.MoveMask(signs.AsSingle()) << at;
        }

        return mask;
    }
}

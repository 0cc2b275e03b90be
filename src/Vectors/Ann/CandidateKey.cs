using System.Runtime.CompilerServices;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// A row and its score in one word that orders by score, then lower rows first: score in the high half, then the
/// complement of the row, then a bit that is the owner's.
/// </summary>
internal static class CandidateKey
{
    public const ulong Flag = 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(int score, int row) => ((ulong)((uint)score ^ 0x8000_0000) << 32) | (~(uint)row << 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Row(ulong key) => (int)((~(uint)key >> 1) & int.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Score(ulong key) => (int)((uint)(key >> 32) ^ 0x8000_0000);
}

using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>How a code is scored against the query: more is better. A struct, so that the JIT makes one loop for each.</summary>
internal unsafe interface IScoring
{
    static abstract int Score(short* query, byte* vertex, int codeBytes);
}

/// <summary>Inner product: the order of answers.</summary>
internal readonly unsafe struct InnerProduct : IScoring
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Score(short* query, byte* vertex, int codeBytes) => CodeKernels.Dot(query, (sbyte*)vertex, codeBytes);
}

/// <summary>Squared Euclidean distance, negated and without the query's own part: the order of neighbours.</summary>
internal readonly unsafe struct Nearness : IScoring
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Score(short* query, byte* vertex, int codeBytes) =>
        (2 * CodeKernels.Dot(query, (sbyte*)vertex, codeBytes)) - *(int*)(vertex + codeBytes - CodeLayout.SumBytes);
}

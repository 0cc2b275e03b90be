using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The score of a rank by bisection: counts what reaches a value, a register at a time, and halves the interval. Reads the
/// scores in sequence a dozen times, which is cheaper than moving them about, and moves none.
/// </summary>
internal static class RankSelect
{
    /// <param name="scores">In any order; no NaN.</param>
    /// <param name="rank">1 for the largest; at most their number.</param>
    /// <returns>The score of the rank, equal ones counted apart.</returns>
    public static float ScoreAt(ReadOnlySpan<float> scores, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, scores.Length);
        var (low, high) = (Key(TensorPrimitives.Min(scores)), Key(TensorPrimitives.Max(scores)));
        while (low < high)
        {
            var middle = (int)(low + (((long)high - low + 1) >> 1));
            var value = Score(middle);
            var reached = CountAtLeast(scores, value);
            if (reached == rank)
                return LeastAtLeast(scores, value);
            if (reached > rank)
                low = middle;
            else
                high = middle - 1;
        }

        return Score(low);
    }

    public static int CountAtLeast(ReadOnlySpan<float> scores, float value)
    {
        var values = Vector256.Create(value);
        var counts = Vector256<int>.Zero;
        var at = 0;
        for (; at <= scores.Length - Vector256<float>.Count; at += Vector256<float>.Count)
            counts -= Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(in scores[at]), values).AsInt32();
        var count = Vector256.Sum(counts);
        for (; at < scores.Length; at++)
            count += scores[at] >= value ? 1 : 0;
        return count;
    }

    private static float LeastAtLeast(ReadOnlySpan<float> scores, float value)
    {
        var values = Vector256.Create(value);
        var leasts = Vector256.Create(float.PositiveInfinity);
        var at = 0;
        for (; at <= scores.Length - Vector256<float>.Count; at += Vector256<float>.Count)
        {
            var these = Vector256.LoadUnsafe(in scores[at]);
            leasts = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(these, values), Vector256.Min(these, leasts), leasts);
        }

        var least = float.PositiveInfinity;
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
            least = Math.Min(least, leasts[lane]);
        for (; at < scores.Length; at++)
        {
            if (scores[at] >= value)
                least = Math.Min(least, scores[at]);
        }

        return least;
    }

    /// <summary>Integers in the order of the floats: of negative ones the bits below the sign fall as the value rises.</summary>
    private static int Key(float score)
    {
        var bits = BitConverter.SingleToInt32Bits(score);
        return bits ^ ((bits >> 31) & int.MaxValue);
    }

    private static float Score(int key) => BitConverter.Int32BitsToSingle(key ^ ((key >> 31) & int.MaxValue));
}

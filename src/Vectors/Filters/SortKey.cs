namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// Maps doubles to integers of the same order, so that numbers and instants share one kind of sorted run.
/// The bits of a non-negative IEEE 754 double already order as an integer; those of a negative one order backwards.
/// </summary>
internal static class SortKey
{
    /// <summary>The two zeros get one key: they are equal numbers.</summary>
    public static long FromDouble(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return bits < 0 ? bits ^ long.MaxValue : bits;
    }

    public static double ToDouble(long key) => BitConverter.Int64BitsToDouble(key < 0 ? key ^ long.MaxValue : key);
}

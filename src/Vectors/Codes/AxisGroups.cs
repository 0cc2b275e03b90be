namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// How many axes share each 4-bit code. Variance falls from axis to axis, so the leading axes have a code of their own and
/// the last ones share: of 64 groups over 160 axes, 16 have one axis, 24 two and 24 four. At equal bytes this ranks the
/// true ten best among the first 100 candidates for 0.978 of them, groups of equal size for 0.962 (docs/decisions/0010).
/// </summary>
internal static class AxisGroups
{
    /// <summary>Kernels take this many groups at a time; missing ones have no axis.</summary>
    public const int Granularity = 8;

    /// <summary>Bytes of a block of <see cref="LookupKernels.BlockRows"/> rows are 16 for each group, whatever its size.</summary>
    public const int LargestGroup = 4;

    /// <param name="dimensions">Of the vectors: no more axes than these.</param>
    /// <param name="groups">A multiple of <see cref="Granularity"/>.</param>
    /// <returns>Axes of each group, 0, 1, 2 or 4, rising; their sum is the number of axes.</returns>
    public static int[] Sizes(int dimensions, int groups)
    {
        var sizes = new int[groups];
        var left = dimensions;
        for (var group = 0; group < groups && left > 0; group++, left--)
            sizes[group] = 1;
        // From the end, three quarters of the groups to two axes, then half of these to four.
        for (var group = groups - 1; group >= groups / 4 && left > 0; group--, left--)
            sizes[group] = 2;
        for (var group = groups - 1; group >= groups * 5 / 8 && left > 1 && sizes[group] == 2; group--, left -= 2)
            sizes[group] = LargestGroup;
        return sizes;
    }
}

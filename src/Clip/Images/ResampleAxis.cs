namespace ClipOrleans.Clip.Images;

/// <summary>
/// For each wanted output position along one axis: which source pixels count, and how much. When shrinking, the filter is stretched by the
/// factor (that is the antialiasing), as Pillow does.
/// </summary>
internal sealed class ResampleAxis
{
    private ResampleAxis(int[] starts, int[] counts, float[] weights, int stride) => (Starts, Counts, Weights, Stride) = (starts, counts, weights, stride);

    /// <summary>First source pixel of each output.</summary>
    public int[] Starts { get; }

    /// <summary>Source pixels of each output.</summary>
    public int[] Counts { get; }

    /// <summary>Weights of each output, <see cref="Stride"/> apart; they add up to 1.</summary>
    public float[] Weights { get; }

    public int Stride { get; }

    public int Length => Starts.Length;

    /// <summary>Source pixels that any output needs: from here …</summary>
    public int First => Starts[0];

    /// <summary>… up to here, exclusive.</summary>
    public int End => Starts[^1] + Counts[^1];

    /// <param name="pixels">Source pixels there are.</param>
    /// <param name="extent">Their true extent, which may end inside the last pixel of a reduced image.</param>
    /// <param name="size">Output positions of the whole image.</param>
    /// <param name="from">First output position wanted.</param>
    /// <param name="count">Output positions wanted.</param>
    /// <param name="filter">The filter.</param>
    public static ResampleAxis Plan(int pixels, double extent, int size, int from, int count, ResampleFilter filter)
    {
        var scale = extent / size;
        if (filter == ResampleFilter.Nearest)
            return Nearest(pixels, scale, from, count);
        var stretch = Math.Max(1, scale);
        var support = ResampleKernel.Support(filter) * stretch;
        var stride = ((int)Math.Ceiling(support) * 2) + 1;
        var (starts, counts, weights) = (new int[count], new int[count], new float[count * stride]);
        Span<double> exact = stride <= 256 ? stackalloc double[stride] : new double[stride];
        for (var i = 0; i < count; i++)
        {
            var centre = (from + i + 0.5) * scale;
            var first = Math.Clamp((int)(centre - support + 0.5), 0, pixels - 1);
            var length = Math.Clamp(Math.Min(pixels, (int)(centre + support + 0.5)) - first, 1, stride);
            var sum = 0.0;
            for (var k = 0; k < length; k++)
                sum += exact[k] = ResampleKernel.Weight(filter, (first + k - centre + 0.5) / stretch);
            for (var k = 0; k < length; k++)
                weights[(i * stride) + k] = (float)(exact[k] / sum);
            (starts[i], counts[i]) = (first, length);
        }

        return new ResampleAxis(starts, counts, weights, stride);
    }

    private static ResampleAxis Nearest(int pixels, double scale, int from, int count)
    {
        var (starts, counts, weights) = (new int[count], new int[count], new float[count]);
        for (var i = 0; i < count; i++)
            (starts[i], counts[i], weights[i]) = (Math.Min(pixels - 1, (int)((from + i + 0.5) * scale)), 1, 1);
        return new ResampleAxis(starts, counts, weights, 1);
    }
}

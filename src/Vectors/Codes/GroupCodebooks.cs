using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// 16 learnt values for each group of axes: product quantization (Jégou, Douze and Schmid, PAMI 2011) with 4 bits a group.
/// What is coded is a row's difference from the centroid of its list. Immutable; any number of threads use it at once.
/// </summary>
internal sealed class GroupCodebooks
{
    public const int Values = 16;

    private const int TrainingRounds = 15;

    private readonly int[] _sizes;
    private readonly int[] _starts;
    private readonly short[] _values;

    /// <summary>The same numbers, for each group and axis the 16 values side by side.</summary>
    private readonly float[] _byAxis;

    /// <param name="sizes">Axes of each group, as of <see cref="AxisGroups.Sizes"/>.</param>
    /// <param name="values">For each group, 16 values of <see cref="AxisGroups.LargestGroup"/> components, unused ones zero.</param>
    public GroupCodebooks(int[] sizes, short[] values)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, ValuesLength(sizes.Length));
        _sizes = sizes;
        _values = values;
        _starts = Starts(sizes);
        _byAxis = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (group, value, axis) = (i / (Values * AxisGroups.LargestGroup), i / AxisGroups.LargestGroup % Values, i % AxisGroups.LargestGroup);
            _byAxis[(((group * AxisGroups.LargestGroup) + axis) * Values) + value] = values[i];
        }
    }

    public int Groups => _sizes.Length;

    public ReadOnlySpan<int> Sizes => _sizes;

    public ReadOnlySpan<short> All => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(_values), _values.Length);

    /// <summary>Bytes of a block of <see cref="LookupKernels.BlockRows"/> rows.</summary>
    public int BlockBytes => Groups * LookupKernels.GroupBytes;

    public static int ValuesLength(int groups) => groups * Values * AxisGroups.LargestGroup;

    /// <param name="sizes">Axes of each group.</param>
    /// <param name="sample">Differences from centroids, <paramref name="stride"/> components a row.</param>
    /// <param name="stride">Components of a row.</param>
    /// <param name="options">Threads.</param>
    public static GroupCodebooks Train(int[] sizes, short[] sample, int stride, ParallelOptions options)
    {
        var starts = Starts(sizes);
        var values = new short[ValuesLength(sizes.Length)];
        Parallel.For(0, sizes.Length, options, group =>
        {
            if (sizes[group] > 0)
                TrainGroup(sample, stride, starts[group], sizes[group], GroupValues(values, group));
        });
        return new GroupCodebooks(sizes, values);
    }

    /// <summary>Writes the 4-bit code of each group, a byte each.</summary>
    public void Encode(ReadOnlySpan<short> difference, Span<byte> codes)
    {
        for (var group = 0; group < _sizes.Length; group++)
        {
            var components = difference.Slice(_starts[group], _sizes[group]);
            codes[group] = (byte)Nearest(components, GroupValues(_values, group));
        }
    }

    /// <summary>Puts a row's codes into its place of a block.</summary>
    public static void Store(ReadOnlySpan<byte> codes, int slot, Span<byte> block)
    {
        var high = slot >= LookupKernels.GroupBytes;
        for (var group = 0; group < codes.Length; group++)
        {
            ref var pair = ref block[(group * LookupKernels.GroupBytes) + (slot & (LookupKernels.GroupBytes - 1))];
            pair = (byte)(high ? (pair & 0x0F) | (codes[group] << 4) : (pair & 0xF0) | codes[group]);
        }
    }

    /// <summary>Takes a row's codes out of a block.</summary>
    public static void Load(ReadOnlySpan<byte> block, int slot, Span<byte> codes)
    {
        var high = slot >= LookupKernels.GroupBytes;
        for (var group = 0; group < codes.Length; group++)
        {
            var pair = block[(group * LookupKernels.GroupBytes) + (slot & (LookupKernels.GroupBytes - 1))];
            codes[group] = (byte)(high ? pair >> 4 : pair & 0x0F);
        }
    }

    /// <summary>A query's table: what each value of each group adds to the score, in bytes.</summary>
    /// <param name="weights">What one unit of each component adds to the score.</param>
    /// <param name="scores">Room for <see cref="BlockBytes"/> numbers.</param>
    /// <param name="table"><see cref="BlockBytes"/> entries.</param>
    /// <returns>A sum of entries times the step, plus the base, is the score of a difference.</returns>
    public (float Step, float Base) Table(ReadOnlySpan<float> weights, Span<float> scores, Span<byte> table)
    {
        Span<float> lowest = stackalloc float[Groups];
        var (widest, least) = (0f, 0f);
        for (var group = 0; group < Groups; group++)
        {
            var (low, high) = Scores(group, weights, scores.Slice(group * Values, Values));
            lowest[group] = low;
            least += low;
            widest = Math.Max(widest, high - low);
        }

        var step = widest > 0 ? widest / LookupKernels.LargestEntry : 1;
        var perStep = Vector256.Create(1 / step);
        var half = Vector256.Create(0.5f);
        for (var group = 0; group < Groups; group++)
        {
            ref var from = ref scores[group * Values];
            var low = Vector256.Create(lowest[group]);
            var first = Vector256.ConvertToInt32(((Vector256.LoadUnsafe(ref from) - low) * perStep) + half);
            var second = Vector256.ConvertToInt32(((Vector256.LoadUnsafe(ref from, 8) - low) * perStep) + half);
            var words = Vector256.Narrow(first, second);
            Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().StoreUnsafe(ref table[group * LookupKernels.GroupBytes]);
        }

        return (step, least);
    }

    private (float Low, float High) Scores(int group, ReadOnlySpan<float> weights, Span<float> scores)
    {
        var first = Vector256<float>.Zero;
        var second = Vector256<float>.Zero;
        for (var axis = 0; axis < _sizes[group]; axis++)
        {
            ref var values = ref _byAxis[((group * AxisGroups.LargestGroup) + axis) * Values];
            var weight = Vector256.Create(weights[_starts[group] + axis]);
            first += weight * Vector256.LoadUnsafe(ref values);
            second += weight * Vector256.LoadUnsafe(ref values, 8);
        }

        first.StoreUnsafe(ref scores[0]);
        second.StoreUnsafe(ref scores[8]);
        var low = Vector256.Min(first, second);
        var high = Vector256.Max(first, second);
        var lows = Vector128.Min(low.GetLower(), low.GetUpper());
        var highs = Vector128.Max(high.GetLower(), high.GetUpper());
        return (
            MathF.Min(MathF.Min(lows[0], lows[1]), MathF.Min(lows[2], lows[3])),
            MathF.Max(MathF.Max(highs[0], highs[1]), MathF.Max(highs[2], highs[3])));
    }

    private static int[] Starts(int[] sizes)
    {
        var starts = new int[sizes.Length];
        for (var group = 1; group < sizes.Length; group++)
            starts[group] = starts[group - 1] + sizes[group - 1];
        return starts;
    }

    private static Span<short> GroupValues(short[] values, int group) =>
        values.AsSpan(group * Values * AxisGroups.LargestGroup, Values * AxisGroups.LargestGroup);

    /// <summary>Lloyd's iteration from the 16 quantiles of the group's first axis.</summary>
    private static void TrainGroup(short[] sample, int stride, int start, int size, Span<short> values)
    {
        var rows = sample.Length / stride;
        var order = new int[rows];
        var keys = new short[rows];
        for (var row = 0; row < rows; row++)
            (order[row], keys[row]) = (row, sample[(row * stride) + start]);
        Array.Sort(keys, order);
        for (var value = 0; value < Values; value++)
            sample.AsSpan((order[((2 * value) + 1) * rows / (2 * Values)] * stride) + start, size).CopyTo(values[(value * AxisGroups.LargestGroup)..]);

        Span<long> sums = stackalloc long[Values * AxisGroups.LargestGroup];
        Span<int> counts = stackalloc int[Values];
        for (var round = 0; round < TrainingRounds; round++)
        {
            sums.Clear();
            counts.Clear();
            for (var row = 0; row < rows; row++)
            {
                var components = sample.AsSpan((row * stride) + start, size);
                var nearest = Nearest(components, values);
                counts[nearest]++;
                for (var axis = 0; axis < size; axis++)
                    sums[(nearest * AxisGroups.LargestGroup) + axis] += components[axis];
            }

            for (var value = 0; value < Values; value++)
            {
                for (var axis = 0; axis < size && counts[value] > 0; axis++)
                    values[(value * AxisGroups.LargestGroup) + axis] = (short)Math.Round(sums[(value * AxisGroups.LargestGroup) + axis] / (double)counts[value]);
            }
        }
    }

    /// <summary>The first of equals.</summary>
    private static int Nearest(ReadOnlySpan<short> components, ReadOnlySpan<short> values)
    {
        var (best, bestDistance) = (0, int.MaxValue);
        for (var value = 0; value < Values; value++)
        {
            var distance = 0;
            for (var axis = 0; axis < components.Length; axis++)
            {
                var apart = components[axis] - values[(value * AxisGroups.LargestGroup) + axis];
                distance += apart * apart;
            }

            if (distance < bestDistance)
                (best, bestDistance) = (value, distance);
        }

        return best;
    }
}

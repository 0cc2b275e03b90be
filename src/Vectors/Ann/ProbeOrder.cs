using System.Runtime.Intrinsics;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Which lists to read next. A list's scores are taken as normally distributed around its centroid's score; with the score
/// of the k-th best found so far, that gives the number of better rows to be expected in it. Lists are read in the order
/// of expected rows for each row read, and reading stops when what the rest can be expected to hold is too little. Nothing
/// in that assumes that queries are distributed like rows, and a filter only changes the number of rows that count.
/// </summary>
internal sealed class ProbeOrder
{
    /// <summary>Steps of an octave of expected rows: order within a step is by number of the list.</summary>
    private const int MantissaBits = 3;
    private const int MantissaShift = 23 - MantissaBits;

    /// <summary>Expected rows for a row read, below which a list is not worth the sorting: binary logarithm.</summary>
    private const int LeastOctave = -40;
    private const int BucketCount = (1 - LeastOctave) << MantissaBits;

    /// <summary>Before any row is known, lists are ordered by what lies so many standard deviations above the centroid.</summary>
    private const float FirstReach = 2.5f;

    private const int Lanes = 8;

    private readonly int[] _buckets = new int[BucketCount];
    private readonly float[] _rowsIn = new float[BucketCount];
    private int[] _bucketOf = [];
    private int[] _order = [];

    /// <summary>Score of each list's centroid; minus infinity once the list was read, so that nothing more is expected of it.</summary>
    public float[] Centres { get; private set; } = [];

    /// <summary>Expected better rows of each list, as of the last plan.</summary>
    public float[] Expected { get; private set; } = [];

    public void Fit(int lists)
    {
        // Registers are read and written whole.
        var room = (lists + Lanes - 1) / Lanes * Lanes;
        Centres = ListScratch.Grown(Centres, room);
        Expected = ListScratch.Grown(Expected, room);
        _bucketOf = ListScratch.Grown(_bucketOf, room);
        _order = ListScratch.Grown(_order, room);
    }

    /// <summary>Lists in the order in which to read them before any score is known.</summary>
    /// <param name="spread">Standard deviation of each list's scores, as a multiple of <paramref name="deviation"/>.</param>
    /// <param name="competing">Rows of each list that compete.</param>
    /// <param name="deviation">Standard deviation of the average list's scores.</param>
    public ReadOnlySpan<int> First(ReadOnlySpan<float> spread, ReadOnlySpan<float> competing, float deviation)
    {
        var reachOf = Vector256.Create(FirstReach * deviation);
        var none = Vector256.Create(float.NegativeInfinity);
        var lows = Vector256.Create(float.MaxValue);
        var highs = Vector256.Create(float.MinValue);
        var whole = competing.Length / Lanes * Lanes;
        for (var list = 0; list < whole; list += Lanes)
        {
            var reach = Vector256.LoadUnsafe(ref Centres[list]) + (Vector256.LoadUnsafe(in spread[list]) * reachOf);
            var counts = Vector256.GreaterThan(Vector256.LoadUnsafe(in competing[list]), Vector256<float>.Zero) & Vector256.GreaterThan(reach, none);
            Vector256.ConditionalSelect(counts, reach, none).StoreUnsafe(ref Expected[list]);
            lows = Vector256.Min(lows, Vector256.ConditionalSelect(counts, reach, lows));
            highs = Vector256.Max(highs, Vector256.ConditionalSelect(counts, reach, highs));
        }

        var (low, high) = (float.MaxValue, float.MinValue);
        for (var lane = 0; lane < Lanes; lane++)
            (low, high) = (MathF.Min(low, lows[lane]), MathF.Max(high, highs[lane]));
        for (var list = whole; list < competing.Length; list++)
        {
            var reach = competing[list] > 0 ? Centres[list] + (FirstReach * spread[list] * deviation) : float.NegativeInfinity;
            Expected[list] = reach;
            if (!float.IsNegativeInfinity(reach))
                (low, high) = (MathF.Min(low, reach), MathF.Max(high, reach));
        }

        var perUnit = high > low ? (BucketCount - 1) / (high - low) : 0;
        for (var list = 0; list < competing.Length; list++)
            _bucketOf[list] = float.IsNegativeInfinity(Expected[list]) ? -1 : (int)((Expected[list] - low) * perUnit);
        return Sorted(competing, float.PositiveInfinity);
    }

    /// <summary>
    /// Lists in the order in which to read them now, as far as enough rows lie in them, and what all lists together can be
    /// expected to hold.
    /// </summary>
    /// <param name="spread">As in <see cref="First"/>.</param>
    /// <param name="competing">As in <see cref="First"/>.</param>
    /// <param name="sizes">Rows of each list.</param>
    /// <param name="deviation">As in <see cref="First"/>.</param>
    /// <param name="bar">Score of the k-th best found.</param>
    /// <param name="wantedRows">Rows that will be read before the next order is asked for.</param>
    /// <param name="total">Expected rows above the bar.</param>
    public ReadOnlySpan<int> Next(ReadOnlySpan<float> spread, ReadOnlySpan<float> competing, ReadOnlySpan<float> sizes, float deviation, float bar, float wantedRows, out float total)
    {
        var whole = competing.Length / Lanes * Lanes;
        var bars = Vector256.Create(bar);
        var deviations = Vector256.Create(deviation);
        var sum = Vector256<float>.Zero;
        for (var list = 0; list < whole; list += Lanes)
        {
            var apart = (bars - Vector256.LoadUnsafe(ref Centres[list])) / (Vector256.LoadUnsafe(in spread[list]) * deviations);
            var expected = Vector256.LoadUnsafe(in competing[list]) * UpperTail.Beyond(apart);
            expected.StoreUnsafe(ref Expected[list]);
            sum += expected;
            var share = expected / Vector256.Max(Vector256.LoadUnsafe(in sizes[list]), Vector256<float>.One);
            Bucket(share).StoreUnsafe(ref _bucketOf[list]);
        }

        total = Vector256.Sum(sum);
        for (var list = whole; list < competing.Length; list++)
        {
            var expected = competing[list] * UpperTail.Beyond(Vector256.Create((bar - Centres[list]) / (spread[list] * deviation)))[0];
            Expected[list] = expected;
            total += expected;
            _bucketOf[list] = Bucket(Vector256.Create(expected / Math.Max(sizes[list], 1)))[0];
        }

        return Sorted(sizes, wantedRows);
    }

    /// <summary>Larger for more; negative for next to nothing. A float's bits rise with its value, so its upper ones are a logarithm.</summary>
    private static Vector256<int> Bucket(Vector256<float> expectedShare)
    {
        const int least = (LeastOctave + 127) << MantissaBits;
        return Vector256.Min((expectedShare.AsInt32() >> MantissaShift) - Vector256.Create(least), Vector256.Create(BucketCount - 1));
    }

    /// <summary>Counting sort by bucket, the largest first, down to the bucket where enough rows have come together.</summary>
    private ReadOnlySpan<int> Sorted(ReadOnlySpan<float> rows, float wantedRows)
    {
        Array.Clear(_buckets);
        Array.Clear(_rowsIn);
        for (var list = 0; list < rows.Length; list++)
        {
            var bucket = _bucketOf[list];
            if (bucket < 0)
                continue;
            _buckets[bucket]++;
            _rowsIn[bucket] += rows[list];
        }

        var (start, least, together) = (0, BucketCount, 0f);
        while (least > 0 && together < wantedRows)
        {
            least--;
            together += _rowsIn[least];
            (_buckets[least], start) = (start, start + _buckets[least]);
        }

        for (var list = 0; list < rows.Length; list++)
        {
            if (_bucketOf[list] >= least)
                _order[_buckets[_bucketOf[list]]++] = list;
        }

        return _order.AsSpan(0, start);
    }
}

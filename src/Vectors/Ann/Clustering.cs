using System.Runtime.Intrinsics;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Centroids of <see cref="Projection"/>'s components by Lloyd's iteration, and the nearest of them. Integers throughout:
/// the same rows in the same order give the same centroids, whatever the processor and the number of threads.
/// </summary>
internal sealed unsafe class Clustering
{
    private const int TrainingRounds = 8;

    /// <summary>Rows a thread takes at a time: they and a centroid stay in the nearest cache. A multiple of <see cref="ShortKernels.Rows"/>.</summary>
    private const int RowsAtOnce = 64;

    private readonly short[] _centroids;
    private readonly int[] _halfSquares;

    /// <param name="centroids">One after the other, <paramref name="stride"/> components each.</param>
    /// <param name="stride">Components of a centroid.</param>
    public Clustering(short[] centroids, int stride)
    {
        ArgumentNullException.ThrowIfNull(centroids);
        _centroids = centroids;
        Stride = stride;
        Count = centroids.Length / stride;
        _halfSquares = new int[Count];
        Measure();
    }

    public int Stride { get; }

    public int Count { get; }

    public ReadOnlySpan<short> Centroids => _centroids;

    public long BytesInMemory => (_centroids.Length * (long)sizeof(short)) + (_halfSquares.Length * (long)sizeof(int));

    public ReadOnlySpan<short> this[int centroid] => _centroids.AsSpan(centroid * Stride, Stride);

    /// <param name="rows">Components of the sample, at least as many rows as centroids.</param>
    /// <param name="stride">Components of a row.</param>
    /// <param name="count">Centroids wanted.</param>
    /// <param name="work">Threads, pauses and cancellation.</param>
    public static Clustering Train(short[] rows, int stride, int count, Work work)
    {
        var rowCount = rows.Length / stride;
        var centroids = new short[count * stride];
        for (var i = 0; i < count; i++)
            rows.AsSpan((int)((long)i * rowCount / count) * stride, stride).CopyTo(centroids.AsSpan(i * stride));
        var clustering = new Clustering(centroids, stride);
        var nearest = new ushort[rowCount];
        var sums = new long[count * stride];
        var counts = new int[count];
        for (var round = 0; round < TrainingRounds; round++)
        {
            clustering.Nearest(rows, nearest, work);
            clustering.Move(rows, nearest, sums, counts);
        }

        return clustering;
    }

    /// <summary>The centroid with the least Euclidean distance, the first of equals.</summary>
    public int Nearest(ReadOnlySpan<short> row)
    {
        var (best, bestScore) = (0, int.MinValue);
        fixed (short* components = row, centroids = _centroids)
        {
            for (var i = 0; i < _halfSquares.Length; i++)
            {
                var score = ShortKernels.Dot(components, centroids + ((long)i * Stride), Stride) - _halfSquares[i];
                if (score > bestScore)
                    (best, bestScore) = (i, score);
            }
        }

        return best;
    }

    /// <summary>Inner products of a query's components with all centroids.</summary>
    /// <param name="query">Components.</param>
    /// <param name="unit">What an inner product is multiplied by.</param>
    /// <param name="scores">One for each centroid.</param>
    public void Scores(ReadOnlySpan<short> query, float unit, Span<float> scores)
    {
        fixed (short* components = query, centroids = _centroids)
        {
            var whole = Count / ShortKernels.Rows * ShortKernels.Rows;
            for (var i = 0; i < whole; i += ShortKernels.Rows)
            {
                var dots = ShortKernels.DotRows(centroids + ((long)i * Stride), components, Stride);
                (Vector128.ConvertToSingle(dots) * unit).StoreUnsafe(ref scores[i]);
            }

            for (var i = whole; i < Count; i++)
                scores[i] = ShortKernels.Dot(components, centroids + ((long)i * Stride), Stride) * unit;
        }
    }

    /// <summary>The nearest centroid of each of many rows.</summary>
    public void Nearest(short[] rows, ushort[] nearest, Work work) => work.For(nearest.Length, RowsAtOnce, (first, end) => NearestPortion(rows, nearest, first, end));

    private void NearestPortion(short[] rows, ushort[] nearest, int first, int end)
    {
        var best = stackalloc int[RowsAtOnce];
        new Span<int>(best, RowsAtOnce).Fill(int.MinValue);
        var whole = first + ((end - first) / ShortKernels.Rows * ShortKernels.Rows);
        fixed (short* components = rows, centroids = _centroids)
        {
            for (var i = 0; i < _halfSquares.Length; i++)
            {
                var centroid = centroids + ((long)i * Stride);
                for (var row = first; row < whole; row += ShortKernels.Rows)
                {
                    var dots = ShortKernels.DotRows(components + ((long)row * Stride), centroid, Stride);
                    for (var lane = 0; lane < ShortKernels.Rows; lane++)
                    {
                        var score = dots[lane] - _halfSquares[i];
                        if (score > best[row + lane - first])
                            (best[row + lane - first], nearest[row + lane]) = (score, (ushort)i);
                    }
                }
            }
        }

        for (var row = whole; row < end; row++)
            nearest[row] = (ushort)Nearest(rows.AsSpan(row * Stride, Stride));
    }

    private void Measure()
    {
        fixed (short* centroids = _centroids)
        {
            for (var i = 0; i < Count; i++)
                _halfSquares[i] = ShortKernels.Dot(centroids + ((long)i * Stride), centroids + ((long)i * Stride), Stride) / 2;
        }
    }

    /// <summary>Moves each centroid to the mean of its rows; one without rows takes half of the largest cluster.</summary>
    private void Move(short[] rows, ushort[] nearest, long[] sums, int[] counts)
    {
        Array.Clear(sums);
        Array.Clear(counts);
        for (var row = 0; row < nearest.Length; row++)
        {
            counts[nearest[row]]++;
            var target = sums.AsSpan(nearest[row] * Stride, Stride);
            var components = rows.AsSpan(row * Stride, Stride);
            for (var axis = 0; axis < components.Length; axis++)
                target[axis] += components[axis];
        }

        for (var i = 0; i < Count; i++)
        {
            for (var axis = 0; axis < Stride && counts[i] > 0; axis++)
                _centroids[(i * Stride) + axis] = (short)Math.Round(sums[(i * Stride) + axis] / (double)counts[i]);
        }

        for (var i = 0; i < Count; i++)
        {
            if (counts[i] == 0)
                Split(counts, i);
        }

        Measure();
    }

    private void Split(int[] counts, int empty)
    {
        var largest = 0;
        for (var i = 1; i < counts.Length; i++)
            largest = counts[i] > counts[largest] ? i : largest;
        var limit = Projection.LimitOf(Stride);
        for (var axis = 0; axis < Stride; axis++)
        {
            var value = _centroids[(largest * Stride) + axis];
            var apart = (axis & 1) == 0 ? 1 : -1;
            _centroids[(empty * Stride) + axis] = (short)Math.Clamp(value + apart, -limit, limit);
        }

        counts[empty] = counts[largest] / 2;
        counts[largest] -= counts[empty];
    }
}

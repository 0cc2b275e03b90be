using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Bench.Vectors;

/// <summary>The true nearest rows by inner product, best first, equal scores by row.</summary>
internal static class GroundTruth
{
    public const int Depth = 100;
    private const int QueriesAtOnce = 25;
    private const int RowsAtOnce = 256;

    public static int[] Find(float[] vectors, float[] queries, int dimensions)
    {
        var queryCount = queries.Length / dimensions;
        var rowCount = vectors.Length / dimensions;
        var depth = Math.Min(Depth, rowCount);
        var truth = new int[queryCount * depth];
        Parallel.For(0, (queryCount + QueriesAtOnce - 1) / QueriesAtOnce, block =>
        {
            var first = block * QueriesAtOnce;
            var best = Enumerable.Range(first, Math.Min(QueriesAtOnce, queryCount - first)).Select(_ => new Best(depth)).ToArray();
            // Rows a block at a time: they stay in the near cache while all queries of the block pass.
            for (var start = 0; start < rowCount; start += RowsAtOnce)
            {
                for (var i = 0; i < best.Length; i++)
                {
                    var query = queries.AsSpan((first + i) * dimensions, dimensions);
                    for (var row = start; row < Math.Min(rowCount, start + RowsAtOnce); row++)
                        best[i].Offer(VectorMath.Dot(query, vectors.AsSpan(row * dimensions, dimensions)), row);
                }
            }

            for (var i = 0; i < best.Length; i++)
                best[i].Rows.CopyTo(truth.AsSpan((first + i) * depth, depth));
        });
        return truth;
    }

    private sealed class Best(int depth)
    {
        private readonly float[] _scores = new float[depth];
        private readonly int[] _rows = new int[depth];
        private int _count;

        public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

        public void Offer(float score, int row)
        {
            if (_count == depth && score <= _scores[^1])
                return;
            var at = _count < depth ? _count++ : depth - 1;
            for (; at > 0 && _scores[at - 1] < score; at--)
                (_scores[at], _rows[at]) = (_scores[at - 1], _rows[at - 1]);
            (_scores[at], _rows[at]) = (score, row);
        }
    }
}

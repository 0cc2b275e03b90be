using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Ann;

/// <summary>Precise vectors by row, wherever they are kept.</summary>
internal interface IRowVectors
{
    ReadOnlySpan<float> this[int row] { get; }
}

/// <summary>A row and its true score.</summary>
internal readonly record struct RowScore(int Row, float Score);

/// <summary>Second look at the candidates of a search: with precise vectors, so that scores are true and codes only had to be near.</summary>
internal static class Rescorer
{
    /// <summary>The best of the candidates by inner product, equal scores by row.</summary>
    /// <returns>Rows written to <paramref name="best"/>.</returns>
    public static int Best<TVectors>(ReadOnlySpan<float> query, ReadOnlySpan<int> candidates, TVectors vectors, Span<RowScore> best)
        where TVectors : IRowVectors, allows ref struct
    {
        var count = 0;
        foreach (var row in candidates)
        {
            var score = VectorMath.Dot(query, vectors[row]);
            if (count == best.Length && (count == 0 || !Precedes(score, row, best[^1])))
                continue;
            var at = count < best.Length ? count++ : count - 1;
            for (; at > 0 && Precedes(score, row, best[at - 1]); at--)
                best[at] = best[at - 1];
            best[at] = new RowScore(row, score);
        }

        return count;
    }

    private static bool Precedes(float score, int row, RowScore other) =>
        score > other.Score || (score == other.Score && row < other.Row);
}

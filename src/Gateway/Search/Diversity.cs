using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Gateway.Search;

/// <summary>
/// Maximal marginal relevance (Carbonell and Goldstein, 1998): picks one by one the candidate that maximises
/// <c>(1 − d) · similarity to the query − d · greatest similarity to what is picked already</c>.
/// </summary>
internal static class Diversity
{
    /// <param name="candidates">In order of hits, each with its row and vector.</param>
    /// <param name="count">How many to pick.</param>
    /// <param name="diversity">d, 0 to 1.</param>
    /// <param name="cancel">Ends the work between two picks.</param>
    /// <returns>The picked candidates in order of hits.</returns>
    public static List<RankedHit> Pick(IReadOnlyList<RankedHit> candidates, int count, double diversity, CancellationToken cancel)
    {
        var open = candidates.Select(hit => (Hit: hit, Nearest: double.NegativeInfinity)).ToList();
        var picked = new List<RankedHit>(Math.Min(count, open.Count));
        while (picked.Count < count && open.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            var best = 0;
            var bestValue = double.NegativeInfinity;
            for (var i = 0; i < open.Count; i++)
            {
                // The first is the best hit: there is nothing yet to be unlike.
                var unlike = picked.Count == 0 ? 0 : open[i].Nearest;
                var value = ((1 - diversity) * open[i].Hit.Score) - (diversity * unlike);
                if (value > bestValue)
                    (best, bestValue) = (i, value);
            }

            var next = open[best].Hit;
            picked.Add(next);
            open.RemoveAt(best);
            foreach (ref var candidate in CollectionsMarshal.AsSpan(open))
                candidate.Nearest = Math.Max(candidate.Nearest, VectorMath.Dot(VectorOf(candidate.Hit), VectorOf(next)));
        }

        picked.Sort((a, b) => HitOrder.Compare(a.Score, a.Id, b.Score, b.Id));
        return picked;
    }

    private static ReadOnlySpan<float> VectorOf(RankedHit hit) => MemoryMarshal.Cast<byte, float>(hit.Row!.Vector!.AsSpan());
}

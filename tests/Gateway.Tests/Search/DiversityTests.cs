using System.Runtime.InteropServices;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Vectors.Kernels;
using CsCheck;

namespace ClipOrleans.Gateway.Tests.Search;

// Danger: a greedy selection that keeps its running maximum wrongly still looks plausible.
// Invariant: what is picked maximises the formula at each step; 0 picks the best hits; the answer is in the order of hits.
// Method: against the formula written down naively.
public sealed class DiversityTests
{
    private static readonly Gen<List<RankedHit>> Candidates = Gen.Float[-1, 1].Array[4].Where(v => v.Any(x => x != 0)).Array[1, 25].Select(Ranked);

    [Fact]
    public void It_picks_what_the_formula_says() => Gen.Select(Candidates, Gen.Int[1, 30], Gen.Double[0, 1]).Sample((candidates, count, diversity) =>
        Assert.Equal(Naive(candidates, count, diversity).Order(StringComparer.Ordinal), Diversity.Pick(candidates, count, diversity, default).Select(hit => hit.Id).Order(StringComparer.Ordinal)));

    [Fact]
    public void Without_diversity_the_best_come_in_order() => Gen.Select(Candidates, Gen.Int[1, 30]).Sample((candidates, count) =>
        Assert.Equal(candidates.Take(count).Select(hit => hit.Id), Diversity.Pick(candidates, count, 0, default).Select(hit => hit.Id)));

    private static List<RankedHit> Ranked(float[][] vectors)
    {
        var hits = vectors.Select((vector, i) =>
        {
            VectorMath.TryNormalize(vector);
            var row = new DocumentRow($"{i:00}", [], null, null, "", "", default, default, false, MemoryMarshal.AsBytes<float>(vector).ToArray());
            return new RankedHit(0, row.Id, vector[0], i) { Row = row };
        }).ToList();
        hits.Sort((a, b) => Vectors.TopK.HitOrder.Compare(a.Score, a.Id, b.Score, b.Id));
        return hits;
    }

    private static List<string> Naive(List<RankedHit> candidates, int count, double diversity)
    {
        var picked = new List<RankedHit>();
        while (picked.Count < count && picked.Count < candidates.Count)
        {
            var best = candidates.Except(picked).MaxBy(hit => ((1 - diversity) * hit.Score) - (picked.Count == 0 ? 0 : diversity * picked.Max(other => (double)VectorMath.Dot(VectorOf(hit), VectorOf(other)))));
            picked.Add(best!);
        }

        return [.. picked.Select(hit => hit.Id)];
    }

    private static ReadOnlySpan<float> VectorOf(RankedHit hit) => MemoryMarshal.Cast<byte, float>(hit.Row!.Vector!.AsSpan());
}

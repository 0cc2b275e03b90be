using ClipOrleans.Vectors.Ann;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a candidate that is lost although it is among the best, or a choice among equals that depends on their order.
// Invariant: what is kept is what a sort by score, then row, keeps; the bar is its least score.
// Method: generated offers of few different scores, so that ties happen everywhere, against a sort.
public sealed class CandidateBufferTests
{
    private static readonly Gen<(float Score, int Row)[]> Offers = Gen.Select(Gen.Int[0, 300], Gen.Int[1, 40], Gen.Int[0, 1_000_000]).Select(static (count, scores, seed) =>
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, count).ToArray();
        random.Shuffle(rows);
        return rows.Select(row => ((random.Next(scores) - (scores / 2)) / 8f, row)).ToArray();
    });

    [Fact]
    public void The_best_stay_as_by_a_sort_and_equal_scores_go_by_row() =>
        Gen.Select(Offers, Gen.Int[1, 50]).Sample((offers, wanted) =>
        {
            var buffer = new CandidateBuffer();
            buffer.Reset(wanted);
            foreach (var (score, row) in offers)
                OfferAboveBar(buffer, score, row);
            buffer.Trim();
            var best = offers.OrderByDescending(static offer => offer.Score).ThenBy(static offer => offer.Row).Take(wanted).ToList();
            var kept = buffer.Rows.ToArray().Zip(buffer.Scores.ToArray(), static (row, score) => (Score: score, Row: row)).ToList();
            Assert.Equal(best.Count, kept.Count);
            // Rows on the bar compete with rows that came later and lay on it too: their scores agree, the rows above it as well.
            Assert.Equal(best.Select(static offer => offer.Score).Order(), kept.Select(static offer => offer.Score).Order());
            var least = best.Count == 0 ? 0 : best.Min(static offer => offer.Score);
            Assert.Equal(best.Where(offer => offer.Score > least).OrderBy(static offer => offer.Row), kept.Where(offer => offer.Score > least).OrderBy(static offer => offer.Row));
            Assert.Equal(best.OrderBy(static offer => offer.Row), kept.OrderBy(static offer => offer.Row));
            if (offers.Length > wanted)
                Assert.Equal(least, buffer.Bar);
        },
        iter: 2_000);

    [Fact]
    public void The_score_of_a_rank_is_that_of_a_sort_and_loses_nothing() =>
        Gen.Select(Offers, Gen.Int[1, 100], Gen.Int[1, 100]).Sample((offers, wanted, rank) =>
        {
            wanted = Math.Max(wanted, rank);
            var buffer = new CandidateBuffer();
            buffer.Reset(wanted);
            for (var i = 0; i < offers.Length; i++)
            {
                OfferAboveBar(buffer, offers[i].Score, offers[i].Row);
                if (i % 37 != 0)
                    continue;
                var sorted = offers.Take(i + 1).Select(static offer => offer.Score).OrderDescending().ToList();
                Assert.Equal(sorted.Count < rank ? float.NegativeInfinity : sorted[rank - 1], buffer.ScoreAt(rank));
            }

            buffer.Trim();
            Assert.Equal(Math.Min(wanted, offers.Length), buffer.Rows.ToArray().Distinct().Count());
        },
        iter: 1_000);

    [Fact]
    public void A_buffer_that_was_used_begins_anew()
    {
        var buffer = new CandidateBuffer();
        buffer.Reset(2);
        for (var row = 0; row < 20; row++)
            OfferAboveBar(buffer, row, row);
        buffer.Trim();
        Assert.Equal(18, buffer.Bar);
        buffer.Reset(5);
        Assert.Equal((0, float.NegativeInfinity, float.NegativeInfinity), (buffer.Count, buffer.Bar, buffer.ScoreAt(1)));
        OfferAboveBar(buffer, -3, 7);
        buffer.Trim();
        Assert.Equal([7], buffer.Rows.ToArray());
    }

    /// <summary>As a scan does it.</summary>
    private static void OfferAboveBar(CandidateBuffer buffer, float score, int row)
    {
        if (score >= buffer.Bar)
            buffer.Offer(score, row);
    }
}

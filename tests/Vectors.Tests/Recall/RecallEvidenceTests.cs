using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: an interval that is too narrow, because the ten neighbours of a hard query are missed together, makes a promise
// look kept; evidence that never fades hides what has changed.
// Invariant: the 95 % interval holds the truth about as often as it says; a query counts half after the half-life.
public sealed class RecallEvidenceTests
{
    /// <summary>Of 1,000 runs 95 % are expected, with a deviation of 0.7 points; the method is approximate by some points.</summary>
    private const double LeastCoverage = 0.92;

    [Theory]
    [InlineData(0.9, 50)]
    [InlineData(0.95, 200)]
    [InlineData(0.99, 200)]
    [InlineData(0.99, 1_000)]
    [InlineData(0.6, 30)]
    public void The_interval_holds_the_truth_as_often_as_it_says(double truth, int queries)
    {
        const int Runs = 1_000;
        var held = 0;
        for (var run = 0; run < Runs; run++)
        {
            var simulated = new SimulatedQueries(run);
            var evidence = new RecallEvidence(500);
            for (var i = 0; i < queries; i++)
                evidence.Add(simulated.Next(truth));
            var (low, high) = evidence.Interval;
            held += low <= truth && truth <= high ? 1 : 0;
        }

        Assert.InRange((double)held / Runs, LeastCoverage, 1);
    }

    [Fact]
    public void A_query_counts_half_after_the_half_life()
    {
        var evidence = new RecallEvidence(500);
        evidence.Add(0);
        for (var i = 0; i < 500; i++)
            evidence.Fade();
        Assert.Equal(0.5, evidence.Queries, 9);
        Assert.Equal(0, evidence.Mean);
        evidence.Add(1);
        Assert.Equal(1 / evidence.Queries, evidence.Mean, 9);
    }

    [Fact]
    public void Nothing_is_known_without_evidence()
    {
        var evidence = new RecallEvidence(500);
        Assert.Equal((0, 1), evidence.Interval);
        Assert.Equal(0, evidence.Trials);
        Assert.True(double.IsPositiveInfinity(evidence.Error));
    }

    [Fact]
    public void Fifty_queries_without_a_miss_prove_no_more_than_fifty_queries_can()
    {
        var evidence = new RecallEvidence(500);
        for (var i = 0; i < 50; i++)
            evidence.Add(1);
        Assert.Equal(1, evidence.Mean, 9);
        Assert.InRange(evidence.Interval.Low, 0.9, 0.99);
    }
}

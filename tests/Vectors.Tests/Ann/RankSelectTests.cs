using ClipOrleans.Vectors.Ann;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a score of another rank, where scores are equal, negative, infinite or all alike.
// Invariant: the score of a rank is that of a sort; what reaches a value is counted whole.
// Method: generated scores of few and of many values, lengths around whole registers, every rank.
public sealed class RankSelectTests
{
    private static readonly Gen<float> Score = Gen.OneOf(
        Gen.Int[-3, 3].Select(static value => value / 8f), Gen.Float[-1f, 1f], Gen.Int[0, 3].Select(static value => new[] { float.NegativeInfinity, float.PositiveInfinity, float.Epsilon, float.MaxValue }[value]));

    [Fact]
    public void The_score_of_every_rank_is_that_of_a_sort() =>
        Score.Array[1, 70].Sample(
            scores =>
            {
                var sorted = scores.OrderDescending().ToArray();
                for (var rank = 1; rank <= scores.Length; rank++)
                    Assert.Equal(sorted[rank - 1], RankSelect.ScoreAt(scores, rank));
            },
            iter: 3_000);

    [Fact]
    public void What_reaches_a_value_is_counted() =>
        Gen.Select(Score.Array[0, 70], Score).Sample(
            (scores, value) => Assert.Equal(scores.Count(score => score >= value), RankSelect.CountAtLeast(scores, value)), iter: 3_000);

    [Fact]
    public void A_rank_that_is_not_there_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RankSelect.ScoreAt([1f], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RankSelect.ScoreAt([1f], 2));
    }
}

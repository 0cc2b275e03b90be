using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: sampling that costs more the more is asked, that a repeating client outwits, or that no test can repeat.
// Invariant: about 1 in 64 once much is known, nearly all while nothing is; the same sequence gives the same choice.
public sealed class SampleCounterTests
{
    [Fact]
    public void Once_much_is_known_one_in_sixty_four_is_taken()
    {
        const int Offers = 640_000;
        var taken = Taken(Offers, measured: 10_000).Count;
        Assert.InRange(taken, 9_500, 10_500);
    }

    [Fact]
    public void While_nothing_is_known_each_is_taken() => Assert.Equal(100, Taken(100, measured: 0).Count);

    [Fact]
    public void The_same_sequence_gives_the_same_choice() => Assert.Equal(Taken(10_000, 500), Taken(10_000, 500));

    [Fact]
    public void A_client_with_a_cycle_is_seen_in_all_its_phases()
    {
        const int Cycle = 64;
        var phases = Taken(200_000, measured: 10_000).GroupBy(query => query % Cycle).Select(phase => phase.Count()).ToArray();
        Assert.Equal(Cycle, phases.Length);
        Assert.InRange(phases.Min(), 20, 49);
    }

    private static List<int> Taken(int offers, double measured)
    {
        var counter = new SampleCounter(7);
        var taken = new List<int>();
        for (var query = 0; query < offers; query++)
        {
            if (!counter.IsDue())
                continue;
            taken.Add(query);
            counter.Plan(measured);
        }

        return taken;
    }
}

using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: a number of places that falls for one long pause, that runs away while nobody needs it, or that starves a process whose neighbours
// hold the processors.
// Invariant: between least and most; falls only when most waits are too long and the process is busy; grows only when it is used.
// Method: waits told to it.
public sealed class CongestionTests
{
    private const int Least = 2;
    private const int Most = 40;
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(0.2);
    private static readonly TimeSpan s_long = TimeSpan.FromMilliseconds(5);

    private readonly Congestion _congestion = new(Least, Most, TimeSpan.FromMilliseconds(1));

    [Fact]
    public void It_grows_while_work_hardly_waits_and_all_places_are_taken()
    {
        var before = _congestion.Places;
        Assert.Equal(Least, before);
        for (var round = 0; round < 30; round++)
        {
            Tell(s_short, busy: 1, _congestion.Places);
            Assert.InRange(_congestion.Places, before, Most);
            before = _congestion.Places;
        }

        Assert.Equal(Most, before);
    }

    [Fact]
    public void It_falls_to_half_of_what_is_at_work_and_never_below_the_least()
    {
        for (var round = 0; round < 30; round++)
            Tell(s_short, busy: 1, _congestion.Places);
        Tell(s_long, busy: 1, atWork: 20);
        Assert.Equal(10, _congestion.Places);
        Tell(s_long, busy: 1, atWork: 20);
        Assert.Equal(5, _congestion.Places);
        Tell(s_long, busy: 1, atWork: 5);
        Assert.Equal(Least, _congestion.Places);
        Tell(s_long, busy: 1, atWork: 0);
        Assert.Equal(Least, _congestion.Places);
    }

    [Fact]
    public void What_nobody_uses_does_not_grow()
    {
        for (var round = 0; round < 30; round++)
            Tell(s_short, busy: 1, atWork: 1);
        Assert.Equal(Least, _congestion.Places);
    }

    [Fact]
    public void One_long_wait_among_short_ones_is_no_congestion()
    {
        for (var i = 1; i < Congestion.Judged; i++)
            Assert.False(_congestion.Learn(s_short, busy: 1, atWork: Least));
        Assert.True(_congestion.Learn(s_long, busy: 1, atWork: Least));
        Assert.Equal(Least + 1, _congestion.Places);
    }

    [Fact]
    public void A_process_that_is_kept_waiting_by_others_does_not_give_way()
    {
        Tell(s_long, busy: 0.2, atWork: Least);
        Assert.Equal(Least + 1, _congestion.Places);
    }

    [Fact]
    public void It_begins_again()
    {
        Tell(s_short, busy: 1, atWork: Least);
        _congestion.Learn(s_long, busy: 1, atWork: Least);
        _congestion.Reset();
        Assert.Equal(Least, _congestion.Places);
        One_long_wait_among_short_ones_is_no_congestion();
    }

    private void Tell(TimeSpan wait, double busy, int atWork)
    {
        for (var i = 0; i < Congestion.Judged; i++)
            _congestion.Learn(wait, busy, atWork);
    }
}

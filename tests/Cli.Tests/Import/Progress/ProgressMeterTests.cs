using ClipOrleans.Cli.Import.Progress;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Import.Progress;

// Danger: a time left that counts what an earlier run did, or an average over a slow start, is off by hours.
// Invariant: rate and time left come from this run's last seconds.
// Method: time is moved by hand.
public sealed class ProgressMeterTests
{
    private readonly EagerClock _clock = new();

    [Fact]
    public void The_time_left_counts_only_what_is_left_at_the_rate_of_this_run()
    {
        var meter = new ProgressMeter(_clock, total: 1000, before: 500);
        _clock.Advance(TimeSpan.FromSeconds(2));
        meter.Add(95, 5);
        var reading = meter.Read();
        Assert.Equal((600, 1000, 5, 50.0), (reading.Handled, reading.Total, reading.Failed, reading.PerSecond));
        Assert.Equal(TimeSpan.FromSeconds(8), reading.TimeLeft);
        Assert.Equal("600 of 1,000, 50/s, 5 failed, 8.0 s left", ProgressDisplay.Describe(reading));
    }

    [Fact]
    public void A_slow_start_is_forgotten()
    {
        var meter = new ProgressMeter(_clock, 10_000, 0);
        for (var second = 0; second < 60; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            meter.Add(second < 30 ? 1 : 100, 0);
            meter.Read();
        }
        Assert.Equal(100, meter.Read().PerSecond, 1.0);
    }

    [Fact]
    public void Nothing_done_is_no_promise()
    {
        var meter = new ProgressMeter(_clock, 10, 0);
        Assert.Null(meter.Read().TimeLeft);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("0 of 10, 0/s", ProgressDisplay.Describe(meter.Read()));
    }
}

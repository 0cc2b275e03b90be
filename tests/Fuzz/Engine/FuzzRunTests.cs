using System.Diagnostics;
using System.Text;

namespace ClipOrleans.Fuzz.Engine;

// Danger: a fuzzer that finds nothing because it tries nothing, or does not see what it sees.
// Invariant: each kind of fault that is planted is found, shortened and told once; the same seed makes the same run.
// Method: a reader of a small language with one fault at a time, and no instrumentation.
public sealed class FuzzRunTests
{
    /// <summary>Of the test that burns it; the others have more than any machine that is busy takes away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void An_exception_that_is_not_declared_is_found_and_its_input_shortened()
    {
        var report = Run(new Planted(static text => text.Contains("[null]", StringComparison.Ordinal) ? throw new InvalidOperationException("planted") : ""));
        var finding = Assert.Single(report.Findings);
        Assert.Equal((FindingKind.Crash, "[null]"), (finding.Kind, Encoding.UTF8.GetString(finding.Input)));
        Assert.Contains(nameof(InvalidOperationException), finding.Where, StringComparison.Ordinal);
        Assert.Equal((1, 0), (report.Crashes, report.Hangs));
    }

    [Fact]
    public void A_broken_promise_is_found()
    {
        var report = Run(new Planted(static text => { BrokenPromiseException.Unless(!text.Contains("}}", StringComparison.Ordinal), "two brackets"); return ""; }));
        Assert.Contains("two brackets", Assert.Single(report.Findings).Where, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_beyond_what_the_input_allows_is_found()
    {
        var report = Run(new Planted(static text => text.Contains("null", StringComparison.Ordinal) ? $"{new byte[4 << 20].Length}" : ""));
        Assert.Equal("allocates", Assert.Single(report.Findings).Where);
    }

    [Fact]
    public void An_input_that_always_takes_too_long_is_a_hang_and_one_that_did_once_is_not()
    {
        var slow = Run(new Planted(static text => text.Contains("null", StringComparison.Ordinal) ? Burn(2 * Patience) : ""), executions: 60, Patience);
        Assert.Equal((0, 1), (slow.Crashes, slow.Hangs));
        var times = 0;
        var once = Run(new Planted(text => text.Contains("null", StringComparison.Ordinal) && times++ == 0 ? Burn(2 * Patience) : ""), executions: 60, Patience);
        Assert.Empty(once.Findings);
        Assert.True(times > 1 && once.Slowest > Patience, $"{times} times, slowest {once.Slowest}");
    }

    [Fact]
    public void The_same_seed_makes_the_same_run()
    {
        var (one, two) = (new Planted(static _ => ""), new Planted(static _ => ""));
        Run(one);
        Run(two);
        Assert.Equal(one.Inputs, two.Inputs);
        Assert.True(one.Inputs.Distinct().Count() > 500, $"{one.Inputs.Distinct().Count()} different inputs");
    }

    private static FuzzReport Run(FuzzTarget target) => Run(target, executions: 2_000, TimeSpan.FromSeconds(30));

    private static FuzzReport Run(FuzzTarget target, int executions, TimeSpan patience)
    {
        using var run = new FuzzRun(target, seed: 7, patience);
        return run.Run(RunLength.Of(executions));
    }

    private static string Burn(TimeSpan time)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time;)
        {
        }

        return "";
    }

    private sealed class Planted(Func<string, string> fault) : FuzzTarget
    {
        public List<string> Inputs { get; } = [];

        public override string Name => "planted";

        public override string Promise => "none";

        public override IReadOnlyList<byte[]> Seeds { get; } = ["""{"a":[1,2],"b":{}}"""u8.ToArray()];

        public override IReadOnlyList<string> Dictionary => ["[null]"];

        public override string Run(byte[] input)
        {
            var text = Encoding.UTF8.GetString(input);
            Inputs.Add(text);
            return fault(text) + text.Length;
        }
    }
}

using System.Diagnostics;

namespace ClipOrleans.Fuzz.Engine;

/// <summary>How long a run is: so many inputs, or so much time.</summary>
internal readonly record struct RunLength(long Executions, TimeSpan Time)
{
    public static RunLength Of(long executions) => new(executions, TimeSpan.MaxValue);

    public static RunLength Of(TimeSpan time) => new(long.MaxValue, time);
}

/// <summary>
/// Feeds a target with inputs made of its seeds, and keeps those that show something new. The same seed, length and
/// target make the same inputs, as long as the length is a number of them.
/// </summary>
internal sealed class FuzzRun : IDisposable
{
    private const int MostFindings = 10;
    private const int MostTriesToShorten = 2_000;

    private readonly FuzzTarget _target;
    private readonly Random _chance;
    private readonly TimeSpan _patience;
    private readonly Corpus _corpus = new();
    private readonly CoverageMap _coverage = new();
    private readonly Watchdog _watchdog;
    private readonly List<Finding> _findings = [];
    private TimeSpan _slowest;
    private long _executions;

    /// <param name="target">What is fed.</param>
    /// <param name="seed">Decides all of it.</param>
    /// <param name="patience">What one input may take; more, four times in a row, is a hang.</param>
    public FuzzRun(FuzzTarget target, int seed, TimeSpan patience)
    {
        (_target, _chance, _patience) = (target, new Random(seed), patience);
        _watchdog = new Watchdog(target.Name);
    }

    public void Dispose() => _watchdog.Dispose();

    public FuzzReport Run(RunLength length, IEnumerable<byte[]>? kept = null)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var seed in _target.Seeds.Concat(kept ?? []))
        {
            _corpus.AddSeed(seed);
            Execute(seed);
        }

        var mutator = new Mutator(_corpus, _target.Dictionary, _target.MaxLength, _chance);
        while (_executions < length.Executions && Stopwatch.GetElapsedTime(started) < length.Time && _findings.Count < MostFindings)
        {
            var input = mutator.Next();
            Execute(_chance.Next(8) == 0 ? input : _target.Mend(input, _chance));
        }

        return new FuzzReport(_target.Name, _executions, Stopwatch.GetElapsedTime(started), _corpus.Count, _corpus.Outcomes, _coverage.Edges, _slowest, _findings);
    }

    /// <summary>The smallest set of inputs that takes every branch that all of them take: what is worth keeping.</summary>
    public IReadOnlyList<byte[]> Distilled(int most, int maxLength)
    {
        var taken = new HashSet<int>();
        var chosen = new List<byte[]>();
        foreach (var input in _corpus.Inputs.Where(input => input.Length <= maxLength).OrderBy(input => input.Length))
        {
            CoverageMap.Clear();
            if (Try(input) is not null)
                continue;
            var branches = CoverageMap.Taken();
            if (branches.IsSubsetOf(taken))
                continue;
            taken.UnionWith(branches);
            chosen.Add(input);
            if (chosen.Count == most)
                break;
        }

        return chosen;
    }

    private void Execute(byte[] input)
    {
        _executions++;
        CoverageMap.Clear();
        _watchdog.Begin(input);
        var finding = Judge(input, out var outcome);
        _watchdog.End();
        if (finding is not null)
        {
            if (!_findings.Exists(known => known.Where == finding.Where))
                _findings.Add(finding.Kind == FindingKind.Crash ? Shortened(finding) : finding);
            return;
        }

        // Both are asked, since each notes what it saw; where branches are counted they know better.
        var (tookNewWay, isNew) = (_coverage.TakeNew(), _corpus.IsNew(outcome));
        if (_coverage.Edges > 0 ? tookNewWay : isNew)
            _corpus.Add(input, _chance);
    }

    private Finding? Judge(byte[] input, out string outcome)
    {
        outcome = "";
        try
        {
            var (allocated, time) = Measure(input, out outcome);
            _slowest = time > _slowest ? time : _slowest;
            // A machine that was busy with something else, or code that was compiled on the way, is no fault of the input's.
            for (var again = 0; again < 3 && (time > _patience || allocated > _target.MayAllocate(input.Length)); again++)
            {
                var (bytes, took) = Measure(input, out _);
                (allocated, time) = (Math.Min(allocated, bytes), took < time ? took : time);
            }

            return time > _patience ? new Finding(FindingKind.Hang, input, "slow", $"{time.TotalSeconds:F1} s, at the fastest of four times")
                : allocated > _target.MayAllocate(input.Length) ? new Finding(FindingKind.Crash, input, "allocates", $"{allocated} bytes for an input of {input.Length}, which may take {_target.MayAllocate(input.Length)}")
                : null;
        }
        catch (Exception crash)
        {
            return new Finding(FindingKind.Crash, input, PlaceOf(crash), crash.ToString());
        }
    }

    private (long Allocated, TimeSpan Time) Measure(byte[] input, out string outcome)
    {
        var (before, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        // A copy: whatever keeps or changes the bytes does so to its own.
        outcome = _target.Run((byte[])input.Clone());
        return (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Takes pieces away as long as the same happens.</summary>
    private Finding Shortened(Finding finding)
    {
        var (best, tries) = (finding.Input, 0);
        for (var size = best.Length / 2; size > 0 && tries < MostTriesToShorten; size /= 2)
        {
            for (var at = 0; at + size <= best.Length && tries < MostTriesToShorten; tries++)
            {
                byte[] shorter = [.. best.AsSpan(0, at), .. best.AsSpan(at + size)];
                if (Try(shorter)?.Where == finding.Where)
                    best = shorter;
                else
                    at += size;
            }
        }

        return finding with { Input = best };
    }

    private Finding? Try(byte[] input)
    {
        _watchdog.Begin(input);
        var finding = Judge(input, out _);
        _watchdog.End();
        return finding;
    }

    private static string PlaceOf(Exception crash)
    {
        var frames = new StackTrace(crash).GetFrames().Select(frame => frame.GetMethod()).ToList();
        var ours = frames.Find(method => method?.DeclaringType?.FullName?.StartsWith("ClipOrleans.", StringComparison.Ordinal) ?? false);
        return $"{crash.GetType().Name} in {ours?.DeclaringType?.FullName}.{ours?.Name}{(crash is BrokenPromiseException ? ": " + crash.Message.Split(':')[0] : "")}";
    }
}

/// <summary>What a run came to.</summary>
internal sealed record FuzzReport(
    string Target, long Executions, TimeSpan Time, int Corpus, int Outcomes, int Edges, TimeSpan Slowest, IReadOnlyList<Finding> Findings)
{
    public int Crashes => Findings.Count(finding => finding.Kind == FindingKind.Crash);

    public int Hangs => Findings.Count(finding => finding.Kind == FindingKind.Hang);
}

using System.Globalization;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Fuzz.Targets;

namespace ClipOrleans.Fuzz;

// Danger: bytes from outside that crash a reader, keep it busy for ever, or make it take memory without bound.
// Invariant: I9, bad input never hurts: each target's promise (FuzzTarget.Promise) holds for any bytes.
// Method: inputs that are made of good ones, by chance with a fixed seed; few of them here, for hours in eng/fuzz.sh. What
// a run ever found is fed again each time.
public sealed class I9_FuzzTests
{
    /// <summary>An input may take this long; the slowest that is right takes a tenth.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const int KeptInputs = 160;
    private const int KeptLength = 1_024;

    public static TheoryData<string> Names() => [.. AllTargets.Wanted.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void I9_A_target_keeps_its_promise(string name)
    {
        var (target, seed) = (AllTargets.Of(name), Number("CLIPORLEANS_TEST_SEED") ?? 20261129);
        var length = Number("CLIPORLEANS_FUZZ_SECONDS") is { } seconds ? RunLength.Of(TimeSpan.FromSeconds(seconds)) : RunLength.Of(target.ShortRun);
        using var run = new FuzzRun(target, seed, Patience);
        var report = run.Run(length, FindingFiles.Kept(name));
        WriteDown(target, seed, run, report);
        Assert.True(report.Findings.Count == 0, $"{name}, seed {seed}, {report.Executions} executions:\n{string.Join("\n\n", report.Findings.Select(finding => Tell(name, finding)))}");
        Assert.True(report.Executions >= Math.Min(length.Executions, 100) && report.Outcomes > 1, $"{report.Executions} executions, {report.Outcomes} outcomes: nothing was tried.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void I9_What_was_once_found_does_no_harm_any_more(string name)
    {
        var target = AllTargets.Of(name);
        foreach (var (file, input) in FindingFiles.FoundBefore(name))
        {
            var refusal = Record.Exception(() => target.Run(input));
            Assert.True(refusal is null, $"Found/{name}/{file}: {refusal}");
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Tell(string name, Finding finding) =>
        $"{finding.Kind}: {finding.Where}; input in {FindingFiles.Write(name, finding)}: {Convert.ToBase64String(finding.Input)}\n{finding.Detail}";

    /// <summary>For the long run: a line of its table, and the inputs that are worth keeping.</summary>
    private static void WriteDown(FuzzTarget target, int seed, FuzzRun run, FuzzReport report)
    {
        if (Environment.GetEnvironmentVariable("CLIPORLEANS_FUZZ_REPORT") is not { } folder)
            return;
        File.WriteAllText(Path.Combine(folder, target.Name + ".row"), string.Create(CultureInfo.InvariantCulture,
            $"| {target.Name} | {target.Promise} | {report.Executions:N0} | {report.Executions / report.Time.TotalSeconds:N0} | {report.Time.TotalSeconds:N0} | {report.Corpus:N0} | {report.Edges:N0} | {report.Slowest.TotalMilliseconds:N0} | {report.Crashes} | {report.Hangs} | {seed} |\n"));
        File.WriteAllLines(Path.Combine(folder, target.Name + ".txt"), run.Distilled(KeptInputs, KeptLength).Select(Convert.ToBase64String));
    }
}

using System.Diagnostics;
using ClipOrleans.EndToEnd.Cluster.Load;
using ClipOrleans.EndToEnd.Cluster.Network;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster.Course;

/// <summary>
/// Lets happen to a loaded cluster what a course says, one thing after the other. Each ends when the shards are spread evenly again and
/// everything has been compared with the ledger.
/// </summary>
internal sealed class ClusterCourse(LoadedCluster cluster, TestNetwork? network, Random random, CourseReport report, Action<string> say)
{
    public const string Killed = "kill -9 of ";
    public const string Restarted = "SIGTERM and start of every process in turn";
    public const string Joined = "one more shard silo joins";

    /// <summary>No step begins later than that.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(25);

    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    private ClusterProcesses Processes => cluster.Processes;

    private ClusterLoad Load => cluster.Load;

    public async Task RunAsync(IReadOnlyList<CourseStep> steps)
    {
        await UntilSpreadAsync();
        foreach (var step in steps)
        {
            for (var round = 0; round < (step.Name == CourseStep.Kill ? step.Amount : 1); round++)
            {
                if (_sinceStart.Elapsed > s_longest)
                    report.LeftOut++;
                else
                    await RunAsync(step, round);
            }
        }
    }

    private Task RunAsync(CourseStep step, int round) => step.Name switch
    {
        CourseStep.Kill => KillAsync(round),
        CourseStep.Restart => MeasureAsync(Restarted, RestartAllAsync),
        CourseStep.Join => MeasureAsync(Joined, JoinAsync),
        CourseStep.Rest => MeasureAsync("nothing", () => RestAsync(step.Amount)),
        CourseStep.Stop => MeasureAsync($"SIGSTOP of a shard silo for {step.Amount} s, then SIGCONT", () => StopAsync(step.Amount)),
        _ => DivideAsync(step.Amount),
    };

    /// <summary>Mostly shard silos, of eight processes one encoder and one gateway.</summary>
    private Task KillAsync(int round)
    {
        var role = (round % 8) switch { 3 => "encoder", 6 => "gateway", _ => "shard" };
        var name = Choose(role);
        return MeasureAsync($"{Killed}{(role == "shard" ? "a shard silo" : role == "encoder" ? "the encoder silo" : "a gateway")}", async () =>
        {
            var (gap, timeline) = await cluster.KillAsync(name);
            say($"{name} killed\n{timeline}");
            return gap;
        });
    }

    private async Task<TimeSpan?> RestartAllAsync()
    {
        foreach (var name in Processes.Members.Keys.ToList())
            await cluster.RestartAsync(name);
        await UntilSpreadAsync();
        await Load.VerifyAsync();
        return null;
    }

    private async Task<TimeSpan?> JoinAsync()
    {
        await Processes.AddAsync("shard");
        await UntilSpreadAsync();
        await Load.VerifyAsync();
        return null;
    }

    private async Task<TimeSpan?> RestAsync(int seconds)
    {
        await UntilPassedAsync(Stopwatch.GetTimestamp(), seconds, Load.ThrowIfWrongAsync);
        await Load.VerifyAsync();
        return null;
    }

    /// <summary>What it had begun, and what stood in its sockets, it goes on with when others have long had its shards.</summary>
    private async Task<TimeSpan?> StopAsync(int seconds)
    {
        var name = Choose("shard");
        var process = Processes.Members[name].Process;
        TimeSpan gap;
        await using (var probe = Load.Probe())
        {
            var stopped = Stopwatch.GetTimestamp();
            process.Stop();
            gap = await probe.UntilWholeAsync(stopped);
            await UntilPassedAsync(stopped, seconds, Load.ThrowIfWrongAsync);
            process.Continue();
            await UntilGivenUpAsync(name);
            say($"{name} stood still\n{probe.Timeline(stopped)}");
        }

        await Load.VerifyAsync();
        await Processes.StartAgainAsync(name);
        return gap;
    }

    /// <summary>A silo and a gateway that reach each other, and the files, and nobody else; clients on both sides.</summary>
    private async Task DivideAsync(int seconds)
    {
        var wires = network ?? throw new InvalidOperationException("There is no network to divide.");
        var name = Choose("shard");
        var (silo, gateway) = (Processes.Members[name], Processes.Gateways.Last());
        var others = Processes.Gateways.SkipLast(1).ToList();
        await using var right = Load.OnSide(0, others);
        await using var wrong = Load.OnSide(1, [gateway]);
        Func<Task> throwIfWrong = () => Task.WhenAll(Load.ThrowIfWrongAsync(), right.ThrowIfWrongAsync(), wrong.ThrowIfWrongAsync());
        await Deadline.UntilAsync(() => Task.FromResult(right.Figures.Acknowledged > 0 && wrong.Figures.Acknowledged > 0), Deadline.Long, () => "both sides write");
        var (rightBefore, wrongBefore) = (right.Figures.Now, wrong.Figures.Now);
        var cut = Stopwatch.GetTimestamp();
        await MeasureAsync($"a shard silo and a gateway cut off for {seconds} s", async () =>
        {
            await using var probe = Load.Probe(others);
            wires.Cut(silo.Machine, gateway.Machine);
            var gap = await probe.UntilWholeAsync(cut);
            await UntilPassedAsync(cut, seconds, throwIfWrong);
            say($"{name} cut off\n{probe.Timeline(cut)}");
            return gap;
        }, isSettled: false);
        report.Add("… more clients of the other side only", null, right.Figures.Now.Since(rightBefore));
        report.Add($"… more clients of the wrong side only ({wrong.Figures.Now.Since(wrongBefore).Acknowledged} documents acknowledged)", null, wrong.Figures.Now.Since(wrongBefore));

        await MeasureAsync("… joined again", async () =>
        {
            await using var probe = Load.Probe();
            var healed = Stopwatch.GetTimestamp();
            wires.Heal();
            var gap = await probe.UntilWholeAsync(healed);
            await UntilGivenUpAsync(name);
            say($"{name} joined again\n{probe.Timeline(healed)}");
            await right.StopAsync();
            await wrong.StopAsync();
            await Load.VerifyAsync();
            await Processes.StartAgainAsync(name);
            return gap;
        });
    }

    /// <summary>Whoever was declared dead reads it in the store and ends by itself: if it lives on, nobody gave it up and nothing was shown.</summary>
    private async Task UntilGivenUpAsync(string name)
    {
        Assert.NotEqual(0, await Processes.Members[name].Process.ExitAsync());
        await Load.ThrowIfWrongAsync();
    }

    private async Task MeasureAsync(string what, Func<Task<TimeSpan?>> happen, bool isSettled = true)
    {
        var before = Load.Figures.Now;
        var gap = await happen();
        if (isSettled)
            await UntilSpreadAsync();
        await Load.ThrowIfWrongAsync();
        var load = Load.Figures.Now.Since(before);
        report.Add(what, gap, load);
        say($"{_sinceStart.Elapsed:mm\\:ss} {what}: {(gap is { } time ? $"whole again after {time.TotalSeconds:F1} s, " : "")}{load.Requests} requests, {load.Failed} failed, {load.Partial} partial");
    }

    private Task UntilSpreadAsync()
    {
        var silos = Processes.Shards.Count();
        return PlacedShards.UntilSpreadAsync(Processes.Api, ClusterLoad.Index, [.. Enumerable.Repeat(LoadedCluster.Shards / silos, silos)]);
    }

    private static Task UntilPassedAsync(long since, int seconds, Func<Task> throwIfWrong) => Deadline.UntilAsync(
        async () =>
        {
            await throwIfWrong();
            return Stopwatch.GetElapsedTime(since).TotalSeconds >= seconds;
        },
        TimeSpan.FromSeconds(seconds) + Deadline.Long,
        () => $"{seconds} s pass");

    private string Choose(string role)
    {
        var names = Processes.Members.Keys.Where(name => name.StartsWith(role, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        return names[random.Next(names.Count)];
    }
}

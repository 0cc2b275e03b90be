using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;

namespace ClipOrleans.Bench.Density;

/// <summary>How often it is measured.</summary>
/// <param name="Active">How many tenants are asked, step by step.</param>
/// <param name="Cold">Other tenants, asked for the first time with their files on the device only.</param>
/// <param name="Warm">Searches of tenants that were asked before.</param>
/// <param name="Budgeted">Tenants asked with a small budget.</param>
internal sealed record DensityCourse(IReadOnlyList<int> Active, int Cold, int Warm, int Budgeted);

/// <summary>What was used after a step.</summary>
internal sealed record DensityStep(string Name, SiloUse Use);

/// <summary>The times of one kind of search.</summary>
/// <param name="Name">Which.</param>
/// <param name="Times">From the request to the whole answer.</param>
/// <param name="Refused">Answers of 503 among them, after which it was asked again.</param>
/// <param name="Others">Cores that other processes of the machine used meanwhile.</param>
internal sealed record DensityTimes(string Name, Latencies Times, int Refused, double Others);

/// <summary>Asks tenants of a folder in an order that follows from the seed, and looks what that costs the server.</summary>
internal sealed class DensityRun
{
    /// <summary>Long enough that nothing goes idle while tenants are asked.</summary>
    private const int IdleMinutes = 5;
    private const int BudgetMegabytes = 512;
    private const int StepsOfBudget = 20;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(IdleMinutes + 10);

    private readonly DensityFolder _folder;
    private readonly DensityCourse _course;
    private readonly DenseTenant[] _order;

    public DensityRun(DensityFolder folder, DensityCourse course)
    {
        (_folder, _course) = (folder, course);
        _order = [.. folder.Tenants];
        new Random(DensityLoad.Seed).Shuffle(_order);
    }

    public List<DensityStep> Steps { get; } = [];

    public List<DensityTimes> Times { get; } = [];

    /// <summary>Some tenants, then more, then the same again, then none until all are cold.</summary>
    public async Task ActiveAsync()
    {
        await using var server = await DenseServer.StartAsync(_folder, $"--Storage:IdleMinutes={IdleMinutes}");
        await IdleServers.UntilAsync(server.Process);
        await NoteAsync("none active, just started", server);
        var (first, asked, others) = (new List<TimeSpan>(), 0, new OthersTime(server.Process));
        foreach (var step in _course.Active)
        {
            foreach (var tenant in _order[asked..step])
            {
                _folder.Read(tenant);
                first.Add(await server.SearchAsync(tenant));
            }

            asked = step;
            await NoteAsync($"{step:N0} active", server);
        }

        Add("first of a tenant, its files in the system's memory", first, server.Refused, others);
        var (refused, random, warm) = (server.Refused, new Random(DensityLoad.Seed), new List<TimeSpan>());
        others = new OthersTime(server.Process);
        for (var i = 0; i < _course.Warm; i++)
            warm.Add(await server.SearchAsync(_order[random.Next(asked)]));
        Add($"again, {asked:N0} tenants in turn", warm, server.Refused - refused, others);
        await NoteAsync($"{asked:N0} active, {_course.Warm:N0} more searches", server);
        await UntilColdAsync(server);
        await NoteAsync("all idle: none active", server);
        await PauseAsync(TimeSpan.FromMinutes(2));
        await NoteAsync("two minutes later", server);
        await server.Process.StopAsync();
    }

    /// <summary>Tenants whose files the system has forgotten.</summary>
    /// <returns>False where it can't be made to forget.</returns>
    public async Task<bool> ColdAsync()
    {
        await using var server = await DenseServer.StartAsync(_folder);
        await IdleServers.UntilAsync(server.Process);
        if (!DensityFolder.TryForgetFiles())
            return false;
        var (times, others) = (new List<TimeSpan>(), new OthersTime(server.Process));
        foreach (var tenant in _order[_course.Active[^1]..][.._course.Cold])
            times.Add(await server.SearchAsync(tenant));
        Add("first of a tenant, its files on the device only", times, server.Refused, others);
        await server.Process.StopAsync();
        return true;
    }

    /// <summary>More tenants than the budget has room for.</summary>
    public async Task BudgetAsync()
    {
        await using var server = await DenseServer.StartAsync(_folder, $"--Memory:Budget={BudgetMegabytes}", "--Storage:IdleMinutes=60");
        await IdleServers.UntilAsync(server.Process);
        var (times, most, others) = (new List<TimeSpan>(), await server.UseAsync(), new OthersTime(server.Process));
        foreach (var some in _order[.._course.Budgeted].Chunk(Math.Max(1, _course.Budgeted / StepsOfBudget)))
        {
            foreach (var tenant in some)
                times.Add(await server.SearchAsync(tenant));
            most = Most(most, await server.UseAsync());
        }

        Add($"first of a tenant, others closed for it (Memory:Budget={BudgetMegabytes})", times, server.Refused, others);
        Steps.Add(new DensityStep($"Memory:Budget={BudgetMegabytes}: most while {_course.Budgeted:N0} tenants are asked", most));
        await server.Process.StopAsync();
    }

    private static SiloUse Most(SiloUse one, SiloUse other) => new(
        Math.Max(one.OpenShards, other.OpenShards), Math.Max(one.ShardBytes, other.ShardBytes), Math.Max(one.Resident, other.Resident), Math.Max(one.Anonymous, other.Anonymous),
        Math.Max(one.Peak, other.Peak), Math.Max(one.DataFiles, other.DataFiles), Math.Max(one.Handles, other.Handles), Math.Max(one.DataMaps, other.DataMaps));

    private static async Task UntilColdAsync(DenseServer server)
    {
        var begun = TimeProvider.System.GetTimestamp();
        using var pause = new PeriodicTimer(Look);
        while ((await server.UseAsync()).OpenShards > 0)
        {
            if (TimeProvider.System.GetElapsedTime(begun) > LongestIdle)
                throw new TimeoutException($"{(await server.UseAsync()).OpenShards} shards are open {LongestIdle.TotalMinutes} minutes after the last request.");
            await pause.WaitForNextTickAsync();
        }
    }

    private static async Task PauseAsync(TimeSpan time)
    {
        using var pause = new PeriodicTimer(time);
        await pause.WaitForNextTickAsync();
    }

    private async Task NoteAsync(string name, DenseServer server)
    {
        var step = new DensityStep(name, await server.UseAsync());
        Steps.Add(step);
        Console.WriteLine($"{name}: {step.Use}");
    }

    private void Add(string name, IEnumerable<TimeSpan> times, int refused, OthersTime others)
    {
        var all = new DensityTimes(name, new Latencies(times), refused, others.Cores);
        Times.Add(all);
        Console.WriteLine($"{name}: p50 {all.Times.Percentile(50)} ms, p99 {all.Times.Percentile(99)} ms, refused {refused}, others used {all.Others:F1} cores");
    }
}

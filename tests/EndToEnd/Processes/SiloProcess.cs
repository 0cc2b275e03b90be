using System.Net;
using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Processes;

/// <summary>The server, started as an operator starts it, on ports of its own and a data folder that the test gives it.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly string[] _arguments;

    private SiloProcess(string program, string[] arguments, Uri address, Machine machine, IReadOnlyDictionary<string, string>? environment = null)
    {
        (_arguments, Machine) = (arguments, machine);
        Api = new Api(address, machine: machine);
        Process = ProgramProcess.Start(program, arguments, Path.GetTempPath(), environment, machine);
    }

    public Machine Machine { get; }

    public ProgramProcess Process { get; }

    public Api Api { get; }

    public Uri Address => Api.Address;

    /// <summary>Starts and waits until /health/ready says 200. A process that ends before fails at once, with what it printed.</summary>
    public static async Task<SiloProcess> StartAsync(string dataFolder, params string[] settings)
    {
        var silo = Launch(dataFolder, settings);
        await silo.UntilReadyAsync();
        return silo;
    }

    /// <summary>Starts anew with the arguments of one that has ended: same data, same ports.</summary>
    public static async Task<SiloProcess> StartAgainAsync(SiloProcess ended)
    {
        var silo = LaunchAgain(ended);
        await silo.UntilReadyAsync();
        return silo;
    }

    /// <summary>The same, without waiting.</summary>
    public static SiloProcess LaunchAgain(SiloProcess ended)
    {
        Assert.True(ended.Process.HasExited);
        return new SiloProcess(BuiltPrograms.Silo, ended._arguments, ended.Address, ended.Machine);
    }

    /// <summary>Starts and does not wait: for starts that are expected to fail.</summary>
    public static SiloProcess Launch(string dataFolder, params string[] settings) => Launch(dataFolder, environment: null, settings);

    public static SiloProcess Launch(string dataFolder, IReadOnlyDictionary<string, string>? environment, params string[] settings) =>
        Launch(Machine.Own, dataFolder, environment, settings);

    /// <summary>Starts on a machine, whose loopback it listens on for HTTP.</summary>
    public static SiloProcess Launch(Machine machine, string dataFolder, IReadOnlyDictionary<string, string>? environment, params string[] settings)
    {
        var ports = FreePorts.Take(3);
        var address = new Uri($"http://127.0.0.1:{ports[0]}/");
        string[] arguments =
        [
            $"--urls={address.GetLeftPart(UriPartial.Authority)}",
            $"--Storage:Path={dataFolder}",
            "--Storage:WarmUp=false",
            $"--Cluster:SiloPort={ports[1]}",
            $"--Cluster:GatewayPort={ports[2]}",
            .. settings,
        ];
        return new SiloProcess(BuiltPrograms.FirstSilo, arguments, address, machine, environment);
    }

    /// <returns>False when the process ended before it was ready.</returns>
    public async Task<bool> UntilReadyOrEndedAsync()
    {
        await Deadline.UntilAsync(async () => Process.HasExited || await IsReadyAsync(), Deadline.Long, () => $"ready.\n{Process.Output}");
        return !Process.HasExited;
    }

    public Task KillAsync() => Process.KillAsync();

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Process.Terminate();
        return await Process.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Process.DisposeAsync();
    }

    private Task UntilReadyAsync() => Deadline.UntilAsync(IsReadyAsync, Deadline.Long, () => $"ready.\n{Process.Output}");

    private async Task<bool> IsReadyAsync()
    {
        if (Process.HasExited)
        {
            await Process.ExitAsync();
            throw new InvalidOperationException($"The silo ended with {Process.ExitCode} before it was ready.\n{Process.Output}");
        }

        try
        {
            return (await Api.GetAsync("health/ready")).Status == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // nobody listens yet
        }
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ClipOrleans.Bench.Http;

namespace ClipOrleans.Bench.Fairness;

/// <summary>
/// A tenant that asks for as much as it can, from a process of its own: it runs until its input ends. It gives way to the server and
/// to the client that is measured, as another machine would.
/// </summary>
internal static class Flood
{
    private const string KeyVariable = "CLIPORLEANS_BENCH_KEY";
    private const int Seed = 2;

    /// <summary>From whatever the process that starts it has, down to the kernel's lowest.</summary>
    private const string LastInLine = "39";

    /// <summary>A flood counts its requests from any number up to this on, so that the next one of a run asks for something new.</summary>
    private const int Starts = 1_000_000_000;

    public static Command Command()
    {
        var url = new Option<string>("--url") { Required = true };
        var index = new Option<string>("--index") { Required = true };
        var model = new Option<string>("--model") { Required = true };
        var what = new Option<Asked>("--what") { Required = true };
        var connections = new Option<int>("--connections") { Required = true };
        var command = new Command("flood", "One tenant's flood, for `fairness`") { url, index, model, what, connections };
        command.Hidden = true;
        command.SetAction((parsed, _) =>
        {
            var address = new Uri(parsed.GetRequiredValue(url));
            var requests = new TenantRequests(address, Environment.GetEnvironmentVariable(KeyVariable)!, parsed.GetRequiredValue(index), parsed.GetRequiredValue(model), Seed);
            return RunAsync(requests, address, parsed.GetRequiredValue(what), parsed.GetRequiredValue(connections));
        });
        return command;
    }

    /// <summary>Starts it; when its input is closed it prints the requests it had answered and refused.</summary>
    public static Process Start(Uri url, string key, string index, string model, Asked what, int connections)
    {
        string[] arguments = ["-n", LastInLine, "dotnet", typeof(Flood).Assembly.Location, "flood", "--url", url.ToString(), "--index", index, "--model", model, "--what", what.ToString(), "--connections", connections.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo("nice", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[KeyVariable] = key;
        return Process.Start(start)!;
    }

    private static async Task<int> RunAsync(TenantRequests requests, Uri url, Asked what, int connections)
    {
        using var over = new CancellationTokenSource();
        var (answered, refused, next) = (0, 0, Random.Shared.Next(Starts));
        var floods = Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var connection = await PlainConnection.OpenAsync(url);
            while (!over.IsCancellationRequested)
            {
                if (await connection.SendAsync(requests.Of(what, Interlocked.Increment(ref next))) == 200)
                    Interlocked.Increment(ref answered);
                else
                    Interlocked.Increment(ref refused);
            }
        })).ToArray();
        Console.WriteLine("flooding");
        var watch = Stopwatch.StartNew();
        await Console.In.ReadToEndAsync();
        await over.CancelAsync();
        await Task.WhenAll(floods);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answered / watch.Elapsed.TotalSeconds:F0} {refused / watch.Elapsed.TotalSeconds:F0}"));
        return 0;
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ClipOrleans.Bench.Http;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Keys;

namespace ClipOrleans.Bench.Fairness;

/// <summary>What one tenant notices of another one's flood: its p99 alone and beside it, in turn on one server without rate limits.</summary>
internal static class FairnessBench
{
    public const int Documents = 20_000;

    private const string Index = "bench-fair";
    private const string Model = "fashion-clip-mini";
    private const string OperatorKey = "operator-of-the-bench";
    private const int Seed = 1;

    /// <summary>Rounds that are not counted: in a young process the compiler takes a quarter of the cores.</summary>
    private const int WarmRounds = 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly Asked[] Steady = [Asked.VectorSearch, Asked.TextSearch, Asked.ImageSearch];
    private static readonly Asked?[] Floods = [null, Asked.VectorSearch, Asked.TextEmbedding, Asked.ImageEmbedding];

    public static Command Command()
    {
        var seconds = new Option<int>("--seconds") { Description = "Of each measurement of a round", DefaultValueFactory = _ => 6 };
        var rounds = new Option<int>("--rounds") { Description = "Times that everything is measured, in turn", DefaultValueFactory = _ => 3 };
        var connections = new Option<int>("--connections") { Description = "Of the flood", DefaultValueFactory = _ => 64 };
        var command = new Command("fairness", "A tenant's p99 alone and beside another one that floods") { seconds, rounds, connections };
        command.SetAction((parsed, _) => RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(connections)));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan length, int rounds, int connections)
    {
        await using var server = await BenchServer.OpenAsync(url: null, "--Auth:Mode=keys", $"--Auth:OperatorKey={OperatorKey}");
        var isFirst = await ComeFirstAsync();
        var data = VectorDataSet.Open(Documents, VectorsBench.Dimensions, Seed);
        var (steady, flooding) = (await TenantAsync(server, "steady", data), await TenantAsync(server, "flooding", data));
        var requests = new TenantRequests(server.Address, steady, Index, Model, Seed);
        var (steadyKinds, floods) = requests.CanSendImages
            ? (Steady, Floods)
            : (Steady.Where(what => what != Asked.ImageSearch).ToArray(), Floods.Where(what => what != Asked.ImageEmbedding).ToArray());
        var times = new Dictionary<(Asked? Flood, Asked Steady), List<TimeSpan>>();
        var rates = new Dictionary<Asked, string>();
        var number = 0;
        for (var round = -WarmRounds; round < rounds; round++)
        {
            foreach (var flood in floods)
            {
                using var process = flood is { } kind ? Flood.Start(server.Address, flooding, Index, Model, kind, connections) : null;
                if (process is not null)
                    await process.StandardOutput.ReadLineAsync();
                foreach (var what in steadyKinds)
                {
                    var measured = await AskAsync(server.Address, () => requests.Of(what, number++), length);
                    if (round >= 0 && !times.TryAdd((flood, what), measured))
                        times[(flood, what)].AddRange(measured);
                }

                if (process is not null)
                    rates[flood!.Value] = await EndAsync(process);
            }
        }

        Write(length, rounds, connections, isFirst, times, rates);
        return 0;
    }

    /// <summary>The threads of this process come before the server's, which runs already: what is measured is the server, not how long a busy machine lets the client wait.</summary>
    /// <returns>False where that is not allowed.</returns>
    private static async Task<bool> ComeFirstAsync()
    {
        var threads = Directory.EnumerateDirectories("/proc/self/task").Select(path => Path.GetFileName(path)!);
        using var renice = Process.Start(new ProcessStartInfo("renice", ["-n", "-10", "-p", .. threads]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(renice.StandardOutput.ReadToEndAsync(), renice.StandardError.ReadToEndAsync());
        await renice.WaitForExitAsync();
        return renice.ExitCode == 0;
    }

    private static async Task<string> EndAsync(Process process)
    {
        process.StandardInput.Close();
        var rate = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? rate.Trim() : throw new InvalidOperationException($"The flood ended with {process.ExitCode}.");
    }

    /// <returns>The key of a new tenant that has an index.</returns>
    private static async Task<string> TenantAsync(BenchServer server, string name, VectorDataSet data)
    {
        using var operators = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address, ApiKey = OperatorKey });
        await operators.Tenants.CreateAsync(name);
        var key = await operators.Tenants.Keys(name).CreateAsync(new KeyDefinition { Name = "bench", Role = KeyRole.Admin });
        using var client = new ClipOrleansClient(new ClipOrleansClientOptions { BaseAddress = server.Address, ApiKey = key.Key, RetryFor = TimeSpan.FromSeconds(60) });
        await ServedVectors.LoadAsync(client, server.Process, new IndexDefinition { Name = Index, Model = Model }, data);
        return key.Key;
    }

    /// <summary>One connection that asks, reads the answer and rests: a user, not a flood.</summary>
    private static async Task<List<TimeSpan>> AskAsync(Uri address, Func<byte[]> request, TimeSpan length)
    {
        using var connection = await PlainConnection.OpenAsync(address);
        using var pause = new PeriodicTimer(Pause);
        var times = new List<TimeSpan>();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < length; await pause.WaitForNextTickAsync())
        {
            var bytes = request();
            var start = Stopwatch.GetTimestamp();
            var status = await connection.SendAsync(bytes);
            times.Add(status == 200 ? Stopwatch.GetElapsedTime(start) : throw new HttpRequestException($"The tenant that does not flood was told {status}."));
        }

        return times;
    }

    private static void Write(TimeSpan length, int rounds, int connections, bool isFirst, Dictionary<(Asked? Flood, Asked Steady), List<TimeSpan>> times, Dictionary<Asked, string> rates)
    {
        var report = new Report("fairness", "Two tenants, one floods");
        report.Line($"Each tenant has an index of {Documents:N0} documents on one server, without rate limits. One asks from one connection every {Pause.TotalMilliseconds} ms, no two requests alike; the other from {connections} connections without a rest, in a process that gives way (nice 19), as another machine would; the client that is measured {(isFirst ? "comes before the server (nice -10)" : "was not allowed to come before the server")}. {rounds} rounds of {length.TotalSeconds} s for each pair, in turn, after {WarmRounds} that is not counted.");
        report.Line();
        report.Table(["the one asks for", "the other floods with", "p50 ms", "p99 ms", "p99 beside / alone", "requests"], times.Select(entry =>
        {
            var (own, alone) = (new Latencies(entry.Value), new Latencies(times[(null, entry.Key.Steady)]));
            return new[]
            {
                $"{entry.Key.Steady}", entry.Key.Flood?.ToString() ?? "-", own.Percentile(50), own.Percentile(99),
                (own.Milliseconds(99) / alone.Milliseconds(99)).ToString("F2", CultureInfo.InvariantCulture), $"{own.Count}",
            };
        }));
        report.Line($"The flood's own requests a second, answered and refused: {string.Join(", ", rates.Select(rate => $"{rate.Key} {rate.Value}"))}.");
        report.Write();
    }
}

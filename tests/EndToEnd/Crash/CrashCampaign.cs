using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>
/// Rounds on one data folder: start the server, compare everything with the ledgers, write, search and back up until it is
/// dead. Every other round it kills itself at a named point of its file operations, which may already be while it opens.
/// </summary>
internal sealed class CrashCampaign : IDisposable
{
    private const string Index = "crash";
    private const string Copy = "copy";
    private const int Documents = 400;
    private const int Writers = 4;
    private const int Searchers = 2;

    /// <summary>Odd, so that named points are met in it.</summary>
    private const int RestoreEvery = 3;

    /// <summary>When the point that was aimed at has not come by then, the round ends with a kill all the same.</summary>
    private const int AtMostAcknowledged = 2_000;

    private static readonly string[] s_settings =
        ["--Storage:SnapshotEveryBytes=150000", "--Storage:SegmentMegabytes=1", "--Storage:CompactionDeadPercent=10", "--Storage:CompactionMegabytesPerSecond=0"];

    private readonly TempFolder _data = new();
    private readonly TempFolder _notes = new();
    private readonly List<DocumentLedger> _ledgers = [.. Enumerable.Range(0, Documents).Select(_ => new DocumentLedger())];
    private readonly ITestOutputHelper _output;

    public CrashCampaign(ITestOutputHelper output)
    {
        _output = output;
        Points = new NamedPoints(_notes.File("points"));
    }

    public NamedPoints Points { get; }

    public CrashFigures Figures { get; } = new();

    public void Dispose()
    {
        _data.Dispose();
        _notes.Dispose();
    }

    public async Task RunAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var random = Seed.For(round, _output);
            var aim = round % 2 == 0 ? null : Points.Choose(random);
            _output.WriteLine(aim is null ? "to be killed at a random moment" : $"to die {aim}");
            await using var silo = SiloProcess.Launch(_data.Path, Points.Environment(aim), s_settings);
            try
            {
                await RoundAsync(silo, round, aim, random);
            }
            catch (Exception e) when (e is not HttpRequestException and not IOException)
            {
                _output.WriteLine(silo.Process.Output);
                throw;
            }

            Figures.Rounds++;
            Figures.InFlight += _ledgers.Count(ledger => ledger.HasInFlight);
            Points.Learn();
        }
    }

    /// <summary>The last word: everything is right, and the server ends as it should.</summary>
    public async Task FinishAsync()
    {
        await using var last = await SiloProcess.StartAsync(_data.Path, s_settings);
        Figures.DocumentsVerified += await new CrashedIndex(last.Api, Index).VerifyAsync(_ledgers, new Random(Seed.Value));
        Assert.Equal(0, await last.StopAsync());

        // Of this index alone: a copy whose removal was cut short may have left a folder without a log.
        var shards = Directory.EnumerateDirectories(_data.File("tenants/default/indexes"), $"{Index}-*").SelectMany(index => Directory.EnumerateDirectories(Path.Combine(index, "shards")));
        var first = shards.Select(shard => Directory.EnumerateFiles(shard, "log.*").Min(file => int.Parse(Path.GetExtension(file)[1..], CultureInfo.InvariantCulture))).ToList();
        Figures.SegmentsGivenBack = first.Sum();
    }

    private async Task RoundAsync(SiloProcess silo, int round, NamedPoints.Aim? aim, Random random)
    {
        if (!await silo.UntilReadyOrEndedAsync() || !await PrepareAsync(silo, round, random))
        {
            await DiedAsync(silo, aim);
            Figures.KillsWhileOpening++;
            return;
        }

        if (await LoadAsync(silo, aim is null ? random.Next(100, 1_000) : AtMostAcknowledged, random))
        {
            await DiedAsync(silo, aim);
            return;
        }

        Figures.RandomKills++;
    }

    private async Task DiedAsync(SiloProcess silo, NamedPoints.Aim? aim)
    {
        Assert.Equal(128 + 9, await silo.Process.ExitAsync());
        Assert.True(aim is not null, $"The silo went away by itself.\n{silo.Process.Output}");
        Figures.PointKills++;
        Points.Hit(aim);
    }

    /// <returns>False when the server died meanwhile.</returns>
    private async Task<bool> PrepareAsync(SiloProcess silo, int round, Random random)
    {
        try
        {
            if ((await silo.Api.GetAsync($"v1/indexes/{Index}")).Status == HttpStatusCode.NotFound)
            {
                Assert.All(_ledgers, ledger => Assert.Null(ledger.Acknowledged));
                await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody(Index, shards: 2));
            }

            Figures.DocumentsVerified += await new CrashedIndex(silo.Api, Index).VerifyAsync(_ledgers, random);
            if (round % RestoreEvery == 0)
                await RestoreAsync(silo.Api);
            return true;
        }
        catch (Exception e) when (IsGone(e))
        {
            return false;
        }
    }

    /// <summary>A backup that is listed is whole, whatever happened while it was made.</summary>
    private async Task RestoreAsync(Api api)
    {
        if ((await api.GetAsync($"v1/indexes/{Copy}")).Status == HttpStatusCode.OK)
            (await api.DeleteAsync($"v1/indexes/{Copy}")).Expect(HttpStatusCode.NoContent);
        var listed = (await api.GetAsync($"v1/indexes/{Index}/snapshots")).Ok()["snapshots"]!.AsArray();
        if (listed.Count == 0)
            return;
        var body = new JsonObject { ["snapshot"] = (string)listed[^1]!["id"]!, ["name"] = Copy };
        (await api.PostAsync($"v1/indexes/{Index}/restore", body)).Expect(HttpStatusCode.Created);
        await new CrashedIndex(api, Copy).VerifyWholeAsync();
        Figures.BackupsRestored++;
        (await api.DeleteAsync($"v1/indexes/{Copy}")).Expect(HttpStatusCode.NoContent);
    }

    /// <returns>True when the server died by itself; false when it was killed, so many acknowledgements after the start.</returns>
    private async Task<bool> LoadAsync(SiloProcess silo, int killAt, Random random)
    {
        var count = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Acknowledged(int documents)
        {
            if (Interlocked.Add(ref count, documents) >= killAt)
                enough.TrySetResult();
        }

        var numbered = _ledgers.Select((ledger, number) => (number, ledger)).ToList();
        var writers = Enumerable.Range(0, Writers).Select(writer =>
            new CrashWriter(silo.Api, Index, [.. numbered.Where(one => one.number % Writers == writer)], new Random(random.Next()), Acknowledged)).ToList();
        var searchers = Enumerable.Range(0, Searchers).Select(_ => new CrashSearcher(silo.Api, Index, _ledgers, new Random(random.Next()))).ToList();
        var clients = writers.Select(writer => UntilGoneAsync(writer.WriteUntilTheServerIsGoneAsync))
            .Concat(searchers.Select(searcher => UntilGoneAsync(searcher.SearchUntilTheServerIsGoneAsync)))
            .Append(UntilGoneAsync(() => BackUpAsync(silo.Api))).ToList();
        await await Task.WhenAny([enough.Task, .. clients]); // a client that failed otherwise than by a kill fails the test here
        var killed = enough.Task.IsCompleted && !silo.Process.HasExited;
        if (killed)
            await silo.KillAsync();
        await Task.WhenAll(clients);
        Figures.Acknowledged += count;
        Figures.HitsChecked += searchers.Sum(searcher => searcher.Hits);
        return !killed;
    }

    private static async Task BackUpAsync(Api api)
    {
        while (true)
        {
            (await api.SendBytesAsync(HttpMethod.Post, $"v1/indexes/{Index}/snapshots", [], null)).Expect(HttpStatusCode.Created);
            var listed = (await api.GetAsync($"v1/indexes/{Index}/snapshots")).Ok()["snapshots"]!.AsArray();
            foreach (var old in listed.SkipLast(1))
                (await api.DeleteAsync($"v1/indexes/{Index}/snapshots/{(string)old!["id"]!}")).Expect(HttpStatusCode.NoContent);
        }
    }

    private static Task UntilGoneAsync(Func<Task> client) => Task.Run(async () =>
    {
        try
        {
            await client();
        }
        catch (Exception e) when (IsGone(e))
        {
            // What this waits for; that the process really ended is looked at by whoever started the client.
        }
    });

    private static bool IsGone(Exception e) => e is HttpRequestException or IOException or OperationCanceledException;
}

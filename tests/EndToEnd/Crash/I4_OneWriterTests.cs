using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Crash;

// Danger: two processes write one shard, each acknowledges, and one of them overwrites the other: with a bare FasterLog fifty of a
// hundred and one acknowledged writes were gone.
// Invariant: I4, one writer. The second is refused; an owner that lost its locks, or was stopped while another took over, acknowledges
// nothing more and says why; what either acknowledged is there.
// Method: real servers on one folder, writers on both, lock files taken away as a volume that forgets them would, SIGSTOP and SIGCONT,
// kill -9 of both, and a third server that must have it all.
public sealed class I4_OneWriterTests(ITestOutputHelper output) : IDisposable
{
    private const string Index = "shared";
    private const int Documents = 300;
    private const int Writers = 3;

    private readonly TempFolder _data = new();
    private readonly List<DocumentLedger> _ledgers = [.. Enumerable.Range(0, Documents).Select(_ => new DocumentLedger())];

    /// <summary>The first server writes even documents, the second odd ones.</summary>
    private int _acknowledged;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task I4_A_second_server_is_refused_and_nothing_is_lost()
    {
        await using (var first = await StartAsync())
        {
            var writing = WriteAsync(first.Api, server: 0, turns: 40);
            await using (var second = SiloProcess.Launch(_data.Path))
            {
                Assert.Equal(1, await second.Process.ExitAsync());
                Assert.Contains($"is in use by process {first.Process.Id}", second.Process.Output, StringComparison.Ordinal);
            }

            // The folder's lock is lost: the second server starts, and finds the shard locked.
            File.Delete(_data.File("silo.lock"));
            await using var third = await SiloProcess.StartAsync(_data.Path);
            Assert.NotNull(await WriteAsync(third.Api, server: 1, turns: 1));
            Assert.Contains("Two writers would destroy it", third.Process.Output, StringComparison.Ordinal);
            Assert.Contains($"process {first.Process.Id}", third.Process.Output, StringComparison.Ordinal);
            Assert.Null(await writing);
            await third.KillAsync();
            await first.KillAsync();
        }

        await VerifyAsync();
    }

    [Fact]
    public async Task I4_A_server_whose_lock_file_is_taken_away_acknowledges_nothing_until_it_has_another()
    {
        await using (var silo = await StartAsync())
        {
            Assert.Null(await WriteAsync(silo.Api, server: 0, turns: 3));
            LoseLocks();
            // Refused by the engine that lost its lock, sent again by the gateway, and taken by the one that has another.
            await WriteAsync(silo.Api, server: 0, turns: 1);
            Assert.Contains("keeps nobody out any more", silo.Process.Output, StringComparison.Ordinal);
            await Deadline.UntilAsync(async () => await WriteAsync(silo.Api, server: 0, turns: 1) is null, Deadline.Long, () => $"open again.\n{silo.Process.Output}");
            await silo.KillAsync();
        }

        await VerifyAsync();
    }

    /// <summary>CLIPORLEANS_STOP_SECONDS: how long the first one stands still at least; by default as long as the takeover takes.</summary>
    [Fact]
    public async Task I4_A_server_that_was_stopped_while_another_took_over_acknowledges_nothing_more()
    {
        var stopFor = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("CLIPORLEANS_STOP_SECONDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0);
        await using (var first = await StartAsync())
        {
            var writing = WriteAsync(first.Api, server: 0, turns: int.MaxValue);
            await Deadline.UntilAsync(() => Task.FromResult(Volatile.Read(ref _acknowledged) > 100 || writing.IsCompleted), Deadline.Long, () => "under load");
            first.Process.Stop();
            var stopped = Stopwatch.StartNew();
            LoseLocks();
            File.Delete(_data.File("silo.lock"));
            await using var second = await SiloProcess.StartAsync(_data.Path);
            await StoredDocuments.UntilLoadedAsync(second.Api, Index);
            var turns = 0;
            for (; turns < 20 || stopped.Elapsed < stopFor; turns++)
                Assert.Null(await WriteAsync(second.Api, server: 1, turns: 1));

            output.WriteLine($"stopped for {stopped.Elapsed.TotalSeconds:F1} s, {turns} times {Writers} batches acknowledged by the other meanwhile");
            first.Process.Continue();
            Assert.NotNull(await writing);
            Assert.NotNull(await WriteAsync(first.Api, server: 0, turns: 1));
            Assert.Contains("was fenced out and is closed here", first.Process.Output, StringComparison.Ordinal);
            Assert.Null(await WriteAsync(second.Api, server: 1, turns: 3));
            await first.KillAsync();
            await second.KillAsync();
        }

        await VerifyAsync();
    }

    private async Task<SiloProcess> StartAsync()
    {
        var silo = await SiloProcess.StartAsync(_data.Path);
        await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody(Index, shards: 1));
        return silo;
    }

    /// <summary>Concurrent writers, each on documents of its own, until one is refused.</summary>
    /// <returns>The first refusal, in which every document failed with a 5xx; or null when all turns were acknowledged.</returns>
    private async Task<JsonObject?> WriteAsync(Api api, int server, int turns)
    {
        var refusals = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var own = Enumerable.Range(0, Documents).Where(number => number % 2 == server && number / 2 % Writers == writer).ToArray();
            for (var turn = 0; turn < turns; turn++)
            {
                var chosen = own.Skip(turn * 10 % own.Length).Take(10).ToList();
                if (await UpsertAsync(api, chosen) is { } refusal)
                    return refusal;
            }

            return null;
        })));
        return refusals.FirstOrDefault(refusal => refusal is not null);
    }

    private async Task<JsonObject?> UpsertAsync(Api api, List<int> numbers)
    {
        var documents = numbers.Select(number => new SyntheticDocument(number, _ledgers[number].Now.LastVersion + 1)).ToList();
        documents.ForEach(document => _ledgers[document.Number].Send(new DocumentState(document.Version, 0)));
        var answer = (await api.PostAsync($"v1/indexes/{Index}/documents", new JsonObject { ["documents"] = new JsonArray([.. documents.Select(document => document.Body())]) })).Ok();
        if ((int)answer["failed"]! > 0)
        {
            Assert.Equal(0, (int)answer["succeeded"]!);
            Assert.All(answer["results"]!.AsArray(), result => Assert.InRange((int)result!["error"]!["status"]!, 500, 599));
            numbers.ForEach(number => _ledgers[number].Refuse());
            return answer;
        }

        numbers.ForEach(number => _ledgers[number].Acknowledge());
        Interlocked.Add(ref _acknowledged, numbers.Count);
        return null;
    }

    private void LoseLocks()
    {
        var locks = Directory.EnumerateFiles(_data.Path, "shard.lock", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(locks);
        locks.ForEach(File.Delete);
    }

    private async Task VerifyAsync()
    {
        await using var last = await SiloProcess.StartAsync(_data.Path);
        await new CrashedIndex(last.Api, Index).VerifyAsync(_ledgers, Seed.For(0, output));
        output.WriteLine($"{_acknowledged} documents acknowledged, lost 0");
        Assert.Equal(0, await last.StopAsync());
    }
}

using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Crash;

// Danger: an answer that says "stored" while the bytes are in a buffer; half a batch after a crash; an index that disagrees with its rows.
// Invariant: I1 (acknowledged is durable), I2 (whole or not at all), I3 (what was acknowledged is found).
// Method: concurrent writers against a real process, kill -9 after the N-th acknowledgement (N from a printed seed), start again on the
// same data, compare every document with the writers' ledgers, several rounds on one index so that recoveries pile up.
public sealed class I1_I2_I3_KillNineTests(ITestOutputHelper output)
{
    private const int Rounds = 4;
    private const int Writers = 4;
    private const string Index = "crash";

    [Fact]
    public async Task Every_acknowledged_write_survives_kill_9_whole_and_found()
    {
        using var data = new TempFolder();
        var ledgers = new Dictionary<int, DocumentLedger>();
        var inFlight = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var random = Seed.For(round, output);
            await using (var silo = await SiloProcess.StartAsync(data.Path))
            {
                await (round == 0
                    ? StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody(Index, 3))
                    : new CrashedIndex(silo.Api, Index).VerifyAsync(ledgers, random));
                await CrashAsync(silo, round, random, ledgers);
                inFlight += ledgers.Values.Count(ledger => ledger.HasInFlight);
            }
        }

        // A crash that interrupts nothing proves nothing.
        Assert.True(inFlight > 0, "No operation was in flight at any kill.");
        await using var last = await SiloProcess.StartAsync(data.Path);
        await new CrashedIndex(last.Api, Index).VerifyAsync(ledgers, Seed.For(Rounds, output));
        output.WriteLine($"{ledgers.Count} documents written, {ledgers.Values.Count(ledger => ledger.Acknowledged is not null)} alive, {inFlight} operations in flight at the kills");
        Assert.Equal(0, await last.StopAsync());
    }

    [Fact]
    public async Task Every_acknowledged_picture_survives_kill_9_with_embedding_thumbnail_and_metadata()
    {
        using var data = new TempFolder();
        var pictures = Emoji.Load(every: 3);
        var acknowledged = new List<Emoji>();
        var killAt = Seed.For(100, output).Next(40, 160);
        output.WriteLine($"kill after {killAt} acknowledged pictures");
        await using (var silo = await SiloProcess.StartAsync(data.Path))
        {
            await StoredDocuments.CreateAsync(silo.Api, EmojiIndex.IndexBody(Index));
            var enough = new TaskCompletionSource();
            var writers = pictures.Chunk((pictures.Count / 2) + 1).Select(part => ImportAsync(silo.Api, part, acknowledged, killAt, enough)).ToList();
            await await Task.WhenAny(enough.Task, Task.WhenAll(writers));
            Assert.True(enough.Task.IsCompleted, $"The silo went away by itself.\n{silo.Process.Output}");
            await silo.KillAsync();
            Assert.Contains(false, await Task.WhenAll(writers)); // at least one was interrupted
        }

        await using var again = await SiloProcess.StartAsync(data.Path);
        await StoredDocuments.UntilLoadedAsync(again.Api, Index);
        var stored = (await StoredDocuments.ScrollAsync(again.Api, Index)).ToDictionary(StoredDocuments.Id);
        Assert.True(acknowledged.Count >= killAt);
        foreach (var picture in acknowledged)
        {
            Assert.True(JsonNode.DeepEquals(picture.Metadata, stored[picture.Id]["metadata"]), stored[picture.Id].ToJsonString());
            var itself = new JsonObject { ["imageBase64"] = Convert.ToBase64String(picture.Image), ["topK"] = 1, ["minScore"] = 0.9995 };
            Assert.Equal([picture.Id], StoredDocuments.Ids(await StoredDocuments.SearchAsync(again.Api, Index, itself)));
            Assert.NotEmpty((await again.Api.GetAsync($"v1/indexes/{Index}/documents/{picture.Id}/image")).Expect(System.Net.HttpStatusCode.OK).Bytes);
        }
    }

    private static async Task CrashAsync(SiloProcess silo, int round, Random random, Dictionary<int, DocumentLedger> ledgers)
    {
        var killAt = random.Next(100, 900);
        var count = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Acknowledged(int documents)
        {
            if (Interlocked.Add(ref count, documents) >= killAt)
            {
                enough.TrySetResult();
            }
        }

        // Each round's writers own numbers of their own, so that earlier rounds' documents must stay exactly as they were.
        var writers = Enumerable.Range(0, Writers)
            .Select(writer => new CrashWriter(silo.Api, Index, (round * Writers) + writer, Writers * Rounds, new Random(random.Next()), Acknowledged))
            .ToList();
        var writing = writers.Select(writer => Task.Run(writer.WriteUntilTheServerIsGoneAsync)).ToList();
        var ended = await Task.WhenAny(enough.Task, Task.WhenAll(writing));
        await ended; // a writer that failed otherwise than by the kill fails the test here
        Assert.True(enough.Task.IsCompleted, $"The silo went away by itself.\n{silo.Process.Output}");
        await silo.KillAsync();
        await Task.WhenAll(writing);
        Assert.All(writers, writer => Assert.Equal(1, writer.Refused));
        foreach (var (number, ledger) in writers.SelectMany(writer => writer.Ledger))
        {
            ledgers.Add(number, ledger);
        }
    }

    /// <summary>Imports until all is in (true) or the server is gone (false).</summary>
    private static async Task<bool> ImportAsync(Api api, Emoji[] pictures, List<Emoji> acknowledged, int killAt, TaskCompletionSource enough)
    {
        try
        {
            foreach (var batch in pictures.Chunk(8))
            {
                await StoredDocuments.UpsertAsync(api, Index, batch.Select(picture => picture.Body()));
                lock (acknowledged)
                {
                    acknowledged.AddRange(batch);
                    if (acknowledged.Count >= killAt)
                    {
                        enough.TrySetResult();
                    }
                }
            }

            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}

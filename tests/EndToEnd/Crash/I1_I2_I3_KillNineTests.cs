using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Crash;

// Danger: an answer that says "stored" while the bytes are in a buffer; half a batch after a crash; an index that disagrees with its rows.
// Invariant: I1 (acknowledged is durable), I2 (whole or not at all), I3 (what was acknowledged is found).
// Method: concurrent writers, searchers and backups against a real process that dies by kill -9, at random moments and at named points
// of its file operations; start again on the same data, compare every document with the writers' ledgers, many rounds on one index so
// that recoveries pile up. eng/crash-campaign.sh runs more rounds and writes the report.
public sealed class I1_I2_I3_KillNineTests(ITestOutputHelper output)
{
    private const int Rounds = 20;
    private const string Index = "crash";

    /// <summary>What a campaign without snapshots, compaction or backups would not show.</summary>
    private static readonly string[] s_mustBeMet =
    [
        "after fsync log", "after fsync mark", "after rename mark", "after rename shard.json", "after fsync shard-folder", "after rename snapshot",
        "after fsync vectors", "after unlink rows", "after unlink log", "after rename backup-folder", "after fsync backup-log", "after rename catalog",
    ];

    [Fact]
    public async Task Every_acknowledged_write_survives_kill_9_whole_and_found()
    {
        using var campaign = new CrashCampaign(output);
        await campaign.RunAsync(Environment.GetEnvironmentVariable("CLIPORLEANS_CRASH_ROUNDS") is { Length: > 0 } rounds ? int.Parse(rounds, CultureInfo.InvariantCulture) : Rounds);
        await campaign.FinishAsync();
        var report = campaign.Figures.Render(campaign.Points);
        output.WriteLine(report);
        if (Environment.GetEnvironmentVariable("CLIPORLEANS_CRASH_REPORT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, report, TestContext.Current.CancellationToken);

        // A crash that interrupts nothing proves nothing.
        Assert.True(campaign.Figures.InFlight > 0, "No operation was in flight at any kill.");
        Assert.True(campaign.Figures.PointKills >= campaign.Figures.Rounds / 10, "Hardly a named point was reached.");
        Assert.True(campaign.Figures.RandomKills > 0 && campaign.Figures.BackupsRestored > 0 && campaign.Figures.HitsChecked > 0);
        Assert.True(campaign.Figures.SegmentsGivenBack > 0, "Nothing was compacted.");
        Assert.Empty(s_mustBeMet.Except(campaign.Points.All.Keys));
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

using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;
using ClipOrleans.Tests.Corpora;

namespace ClipOrleans.EndToEnd.Hostile;

// Danger: bytes that crash the decoder, fill the memory, or bring a 500.
// Invariant: I9 (a 4xx with a useful problem, bounded memory, the process alive, the next request served).
// Method: every image of the corpus through each door that takes images, eight at a time, against a real process whose peak memory the
// kernel counts.
public sealed class I9_HostileImagesTests : IAsyncLifetime
{
    private const string Index = "hostile";
    private const int AtATime = 8;

    /// <summary>
    /// Bombs are refused by their header, before pixels are allocated: one that was decoded would take 10 GB. What does cost are the images
    /// of 12 to 22 MB (colour profile, EXIF, padding), each sent three times, twice as base64: one at a time the corpus grew the process by
    /// 323 MiB, eight at a time by 373 to 556 MiB.
    /// </summary>
    private const long MaxGrowth = 768L << 20;

    private readonly TempFolder _data = new();
    private SiloProcess? _silo;

    private Api Api => _silo!.Api;

    public async ValueTask InitializeAsync()
    {
        _silo = await SiloProcess.StartAsync(_data.Path);
        await StoredDocuments.CreateAsync(Api, EmojiIndex.IndexBody(Index));
        await StoredDocuments.UpsertAsync(Api, Index, Emoji.Load(every: 16).Select(picture => picture.Body()));
    }

    public async ValueTask DisposeAsync()
    {
        await _silo!.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task I9_Every_hostile_image_is_refused_with_a_reason_and_the_process_lives()
    {
        Assert.True(HostileImages.All.Count >= 200, $"{HostileImages.All.Count} images");
        var before = _silo!.Process.PeakResidentBytes;
        var wrong = new List<string>();
        foreach (var batch in HostileImages.All.Chunk(AtATime))
        {
            wrong.AddRange((await Task.WhenAll(batch.Select(WrongWithAsync))).SelectMany(findings => findings));
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} answers:\n{string.Join('\n', wrong.Take(30))}");
        Assert.False(_silo.Process.HasExited);
        var growth = _silo.Process.PeakResidentBytes - before;
        Assert.True(growth < MaxGrowth, $"Peak memory grew by {growth >> 20} MiB, from {before >> 20} MiB.");
        foreach (var good in HostileImages.Valid)
        {
            (await Api.SendBytesAsync(HttpMethod.Put, $"v1/indexes/{Index}/documents/good", good.Bytes, good.ContentType)).Expect(good == HostileImages.Valid[0] ? HttpStatusCode.Created : HttpStatusCode.OK);
        }
    }

    private async Task<IEnumerable<string>> WrongWithAsync(HostileImage image)
    {
        var base64 = Convert.ToBase64String(image.Bytes);
        var raw = await Api.SendBytesAsync(HttpMethod.Put, $"v1/indexes/{Index}/documents/raw", image.Bytes, image.ContentType);
        var search = await Api.PostAsync($"v1/indexes/{Index}/search", new JsonObject { ["imageBase64"] = base64 });
        var bulk = await Api.PostAsync($"v1/indexes/{Index}/documents", new JsonObject
        {
            ["documents"] = new JsonArray(new JsonObject { ["id"] = "bulk", ["imageBase64"] = base64 }),
        });
        var findings = new[] { ("raw", WrongWith(image, raw)), ("search", WrongWith(image, search)), ("bulk", WrongWithBulk(image, bulk)) };
        return findings.Where(finding => finding.Item2 is not null).Select(finding => $"{image.Name} ({finding.Item1}): {finding.Item2}");
    }

    private static string? WrongWith(HostileImage image, Answer answer)
    {
        var accepted = answer.Status is HttpStatusCode.OK or HttpStatusCode.Created;
        return accepted && image.Outcome == HostileOutcome.Any ? null : Harmless.WrongWith(answer);
    }

    private static string? WrongWithBulk(HostileImage image, Answer answer)
    {
        var result = answer.Ok()["results"]![0]!;
        if ((string?)result["status"] != "failed")
        {
            return image.Outcome == HostileOutcome.Any ? null : result.ToJsonString();
        }

        var problem = result["error"]!;
        var isUseful = (int?)problem["status"] is >= 400 and < 500 && ((string?)problem["detail"])?.Length > 0;
        return isUseful ? null : result.ToJsonString();
    }
}

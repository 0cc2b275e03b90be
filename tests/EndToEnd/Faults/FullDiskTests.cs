using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Faults;

// Danger: a full disk that takes searches down, loses what was answered, or needs somebody to restart the server.
// Invariant: I1, I2: writes are refused with 503 and searches go on; when there is room writes go on by themselves.
// Method: the real server on a file system of a few megabytes, filled by its own writes and by ballast.
public sealed class FullDiskTests
{
    private const string Index = "photos";
    private const int Batch = 50;

    [Fact]
    public async Task I1_I2_A_full_disk_refuses_writes_answers_searches_and_takes_writes_again_when_there_is_room()
    {
        using var disk = SmallFileSystem.Mount(megabytes: 32);
        var silo = await SiloProcess.StartAsync(disk.Path, "--Storage:SnapshotEveryBytes=1048576", "--Storage:SegmentMegabytes=1");
        try
        {
            await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody(Index, shards: 2));
            disk.Fill(leave: 6 << 20);
            var answered = await WriteUntilRefusedAsync(silo.Api, disk.Path);
            Assert.True(answered >= Batch, "the disk was full before the first batch");
            await AssertServesAsync(silo.Api, answered);
            var refused = await silo.Api.PostAsync("v1/indexes", SyntheticDocument.IndexBody("another", shards: 2));
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage-unavailable"), (refused.Status, refused.Slug()));
            Assert.DoesNotContain(disk.Path, refused.Text, StringComparison.Ordinal);
            Assert.NotEqual("0", await ReadOnlyShardsAsync(silo.Api));

            disk.MakeRoom();
            await UntilWrittenAsync(silo.Api, answered);
            answered += Batch;
            await Deadline.UntilAsync(async () => await ReadOnlyShardsAsync(silo.Api) == "0", Deadline.Long, () => "no shard is read-only");
            await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody("another", shards: 2));
            await AssertServesAsync(silo.Api, answered);

            await silo.KillAsync();
            var again = await SiloProcess.StartAgainAsync(silo);
            await silo.DisposeAsync();
            silo = again;
            await StoredDocuments.UntilLoadedAsync(silo.Api, Index);
            await AssertServesAsync(silo.Api, answered);
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    private static async Task<int> WriteUntilRefusedAsync(Api api, string folder)
    {
        for (var first = 0; ; first += Batch)
        {
            Assert.True(first < 100_000, "the disk is never full");
            var answer = await WriteAsync(api, first);
            if (answer.Status == HttpStatusCode.OK && (int)answer.Json["failed"]! == 0)
                continue;
            Assert.DoesNotContain(folder, answer.Text, StringComparison.Ordinal);
            Assert.Contains("storage-unavailable", answer.Text, StringComparison.Ordinal);

            // A whole batch is of two shards: one may have had room. It is sent again later, as a client does.
            var one = await api.PutAsync($"v1/indexes/{Index}/documents/last", LargeBody());
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage-unavailable"), (one.Status, one.Slug()));
            return first;
        }
    }

    /// <summary>More than what is left at the very end of a full disk.</summary>
    private static JsonObject LargeBody()
    {
        var body = new SyntheticDocument(1).Body();
        body.Remove("id");
        body["metadata"]!["note"] = new string('x', 50_000);
        return body;
    }

    private static Task<Answer> WriteAsync(Api api, int first) => api.PostAsync(
        $"v1/indexes/{Index}/documents",
        new JsonObject { ["documents"] = new JsonArray([.. Enumerable.Range(first, Batch).Select(number => (JsonNode)Body(number))]) });

    private static JsonObject Body(int number)
    {
        var body = new SyntheticDocument(number).Body();
        body["metadata"]!["note"] = new string('n', 2_000);
        return body;
    }

    private static Task UntilWrittenAsync(Api api, int first) => Deadline.UntilAsync(
        async () => await WriteAsync(api, first) is { Status: HttpStatusCode.OK } answer && (int)answer.Json["failed"]! == 0, Deadline.Long, () => "writes are taken again");

    private static async Task AssertServesAsync(Api api, int answered)
    {
        var numbers = new JsonObject { ["number"] = new JsonObject { ["$lt"] = answered } };
        var found = await StoredDocuments.SearchAsync(api, Index, new JsonObject { ["vector"] = new SyntheticDocument(7).VectorBody(), ["topK"] = 3, ["filter"] = numbers, ["exact"] = true });
        Assert.Equal(answered, (int)found["total"]!);
        Assert.Equal(new SyntheticDocument(7).Id, StoredDocuments.Ids(found)[0]);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"v1/indexes/{Index}/documents/{new SyntheticDocument(3).Id}")).Status);
    }

    private static async Task<string> ReadOnlyShardsAsync(Api api) =>
        (await api.GetAsync("metrics")).Expect(HttpStatusCode.OK).Text.Split('\n')
            .FirstOrDefault(line => line.StartsWith("cliporleans_shards_readonly", StringComparison.Ordinal))?.Split(' ')[1] ?? "0";
}

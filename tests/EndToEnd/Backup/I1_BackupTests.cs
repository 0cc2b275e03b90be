using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.CommandLine;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Backup;

// Danger: a backup that looks like one and lacks what was answered before it, or half of one that a crash left and that counts.
// Invariant: I1, I2 for backups: all that was answered before the call is in it, whole; a backup is whole or absent.
// Method: real processes; four writers while clip backs up into a file and a folder; the server killed with -9 while it copies.
public sealed class I1_BackupTests : IDisposable
{
    private const int Writers = 4;
    private const string Index = "photos";

    private readonly TempFolder _data = new();
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("photos.tar")]
    [InlineData("photos")]
    public async Task I1_I2_What_was_answered_before_the_backup_is_in_the_restored_index(string target)
    {
        await using var silo = await SiloProcess.StartAsync(_data.Path);
        await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody(Index, shards: 3));
        var clip = new Clip(silo.Address, _folder.Path);
        var answered = new ConcurrentDictionary<int, int>();
        using var enough = new CancellationTokenSource();
        var writing = Enumerable.Range(0, Writers).Select(writer => WriteAsync(silo.Api, writer, answered, enough.Token)).ToList();
        await Deadline.UntilAsync(() => Task.FromResult(answered.Count > 300 || writing.Exists(task => task.IsFaulted)), Deadline.Long, () => "writers at work");
        var before = answered.ToDictionary();
        var output = await clip.RunAsync(0, "backup", Index, target);
        Assert.Contains("every checksum fits", output, StringComparison.Ordinal);
        Assert.Empty((await silo.Api.GetAsync($"v1/indexes/{Index}/snapshots")).Ok()["snapshots"]!.AsArray());
        await enough.CancelAsync();
        await Task.WhenAll(writing);

        // Another server, as after the loss of the first one's disk.
        using var elsewhere = new TempFolder();
        await using var other = await SiloProcess.StartAsync(elsewhere.Path);
        await new Clip(other.Address, _folder.Path).RunAsync(0, "restore", target, "--name", "copy");
        await StoredDocuments.UntilLoadedAsync(other.Api, "copy");
        var restored = (await StoredDocuments.ScrollAsync(other.Api, "copy", limit: 500)).ToDictionary(document => (int)document["metadata"]!["number"]!);
        foreach (var (number, version) in before)
        {
            Assert.True(restored.TryGetValue(number, out var document), $"document {number} was answered before the backup and is not in it");
            Assert.True((int)document["metadata"]!["version"]! >= version, $"document {number} is older than what was answered");
        }

        foreach (var (number, document) in restored)
            await AssertWholeAsync(other.Api, new SyntheticDocument(number, (int)document["metadata"]!["version"]!));
        Assert.Equal(restored.Count, (int)(await other.Api.GetAsync("v1/indexes/copy")).Ok()["documents"]!);
    }

    [Fact]
    public async Task I2_A_server_killed_with_9_while_it_copies_leaves_no_half_that_counts()
    {
        const int rounds = 6;
        var silo = await SiloProcess.StartAsync(_data.Path);
        try
        {
            await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody(Index, shards: 2));
            foreach (var batch in Enumerable.Range(0, 4_000).Select(number => new SyntheticDocument(number).Body()).Chunk(500))
                await StoredDocuments.UpsertAsync(silo.Api, Index, batch);
            var snapshots = Path.Combine(_data.Path, "tenants", "default", "snapshots", Index);
            for (var round = 0; round < rounds; round++)
            {
                await KillWhileItCopiesAsync(silo, snapshots, pauses: round * round * 40);
                var again = await SiloProcess.StartAgainAsync(silo);
                await silo.DisposeAsync();
                silo = again;
                var listed = (await silo.Api.GetAsync($"v1/indexes/{Index}/snapshots")).Ok()["snapshots"]!.AsArray();
                Assert.DoesNotContain(Directory.Exists(snapshots) ? Directory.EnumerateDirectories(snapshots) : [], path => path.EndsWith(".tmp", StringComparison.Ordinal));
                foreach (var snapshot in listed)
                    await RestoreAndDropAsync(silo.Api, (string)snapshot!["id"]!, $"copy-{round}");
            }

            Assert.Equal(HttpStatusCode.Created, (await PostAsync(silo.Api)).Status);
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    /// <summary>Kills the server some turns of this loop after it has begun to copy.</summary>
    private static async Task KillWhileItCopiesAsync(SiloProcess silo, string snapshots, int pauses)
    {
        var before = Count();
        var asked = PostAsync(silo.Api);
        while (!asked.IsCompleted && (Count() == before || pauses-- > 0))
            await Task.Yield();
        await silo.KillAsync();
        await asked.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        int Count() => Directory.Exists(snapshots) ? Directory.EnumerateDirectories(snapshots).Count() : 0;
    }

    private static async Task RestoreAndDropAsync(Api api, string snapshot, string name)
    {
        var restored = await api.PostAsync($"v1/indexes/{Index}/restore", new JsonObject { ["snapshot"] = snapshot, ["name"] = name });
        restored.Expect(HttpStatusCode.Created);
        await StoredDocuments.UntilLoadedAsync(api, name);
        Assert.Equal(4_000, (int)(await api.GetAsync($"v1/indexes/{name}")).Ok()["documents"]!);
        (await api.DeleteAsync($"v1/indexes/{name}")).Expect(HttpStatusCode.NoContent);
        (await api.DeleteAsync($"v1/indexes/{Index}/snapshots/{snapshot}")).Expect(HttpStatusCode.NoContent);
    }

    private static Task<Answer> PostAsync(Api api) => api.SendBytesAsync(HttpMethod.Post, $"v1/indexes/{Index}/snapshots", [], null);

    private static async Task WriteAsync(Api api, int writer, ConcurrentDictionary<int, int> answered, CancellationToken enough)
    {
        for (var round = 0; !enough.IsCancellationRequested; round++)
        {
            var documents = Enumerable.Range(0, 10).Select(i => new SyntheticDocument((((round * 10) + i) % 400 * Writers) + writer, round / 40)).ToList();
            await StoredDocuments.UpsertAsync(api, Index, documents.Select(document => document.Body()));
            foreach (var document in documents)
                answered[document.Number] = document.Version;
        }
    }

    private static async Task AssertWholeAsync(Api api, SyntheticDocument expected)
    {
        var document = (await api.GetAsync($"v1/indexes/copy/documents/{expected.Id}?include=vector")).Ok();
        Assert.True(JsonNode.DeepEquals(expected.Metadata(), document["metadata"]), document.ToJsonString());
        Assert.InRange(expected.Cosine(StoredDocuments.Floats(document["vector"])), 0.99999, 1.00001);
    }
}

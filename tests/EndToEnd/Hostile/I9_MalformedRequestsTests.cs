using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Processes;
using ClipOrleans.Tests.Corpora;

namespace ClipOrleans.EndToEnd.Hostile;

// Danger: a request that no one thought of ends in a 500, in a write, or in a process that is larger or gone.
// Invariant: I9 (the right 4xx with a useful problem, bounded memory, the process alive, the next request served).
// Method: the whole corpus, four at a time, three times over, against a real process whose peak memory the kernel counts.
public sealed class I9_MalformedRequestsTests
{
    private const string Index = "malformed";
    private const int Rounds = 3;
    private const int AtATime = 4;

    /// <summary>The largest body of the corpus is some kilobytes; what the process grows by is code that is compiled and garbage.</summary>
    private const long MaxGrowth = 200L << 20;

    [Fact]
    public async Task I9_Every_malformed_request_is_told_what_is_wrong_and_the_process_lives()
    {
        using var data = new TempFolder();
        await using var silo = await SiloProcess.StartAsync(data.Path);
        await StoredDocuments.CreateAsync(silo.Api, new JsonObject
        {
            ["name"] = Index,
            ["fields"] = new JsonArray(
                Field("colour", "keyword"), Field("price", "number"), Field("new", "boolean"), Field("made", "datetime"), Field("tags", "keyword[]"), Field("place", "geo")),
        });
        var corpus = MalformedRequests.For(Index);
        Assert.True(corpus.Count >= 500, $"{corpus.Count} requests");
        var before = silo.Process.PeakResidentBytes;
        var wrong = new ConcurrentBag<string>();
        for (var round = 0; round < Rounds; round++)
        {
            await Parallel.ForEachAsync(corpus, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (request, _) =>
            {
                var answer = await silo.Api.SendAsync(Message(silo.Address, request));
                if ((int)answer.Status != request.Status)
                    wrong.Add($"{request.Name}: {(int)answer.Status} instead of {request.Status}");
                else if (Harmless.WrongWith(answer) is { } finding)
                    wrong.Add($"{request.Name}: {finding}");
            });
        }

        Assert.True(wrong.IsEmpty, $"{wrong.Count} answers:\n{string.Join('\n', wrong.Order().Take(30))}");
        Assert.False(silo.Process.HasExited);
        var growth = silo.Process.PeakResidentBytes - before;
        Assert.True(growth < MaxGrowth, $"Peak memory grew by {growth >> 20} MiB, from {before >> 20} MiB.");
        Assert.Equal(0, (int)(await silo.Api.GetAsync($"v1/indexes/{Index}")).Ok()["documents"]!);
        await StoredDocuments.UpsertAsync(silo.Api, Index, [new JsonObject { ["id"] = "next", ["text"] = "a red shoe" }]);
    }

    private static JsonObject Field(string name, string type) => new() { ["name"] = name, ["type"] = type };

    private static HttpRequestMessage Message(Uri address, MalformedRequest request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(address, request.Path));
        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
            if (request.ContentType is not null)
                message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        return message;
    }
}

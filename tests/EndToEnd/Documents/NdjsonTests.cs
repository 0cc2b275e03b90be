using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Documents;

// Danger: a stream that is answered only at its end, or that one bad line brings down.
// Invariant: each line is answered in order once it is durable; a bad line costs itself alone.
// Method: a bare socket that sends a line and waits for its answer before it sends the next.
public sealed class NdjsonTests(SharedSilo shared)
{
    [Fact]
    public async Task Each_line_is_answered_while_the_request_is_open()
    {
        using var cancel = new CancellationTokenSource(Deadline.Long);
        var index = shared.NewIndexName("ndjson");
        await StoredDocuments.CreateAsync(shared.Api, SyntheticDocument.IndexBody(index, 2));
        await using var upload = await NdjsonUpload.OpenAsync(shared.Silo.Address, index);
        for (var number = 0; number < 5; number++)
        {
            await upload.SendAsync(new SyntheticDocument(number).Body().ToJsonString() + "\n");
            var answer = await upload.ReadAsync(cancel.Token);
            Assert.Equal((new SyntheticDocument(number).Id, "created"), (StoredDocuments.Id(answer), (string)answer!["status"]!));
            (await shared.Api.GetAsync($"v1/indexes/{index}/documents/{new SyntheticDocument(number).Id}")).Ok(); // I3, before the request has ended
        }

        await upload.CompleteAsync();
        while (await upload.ReadAsync(cancel.Token) is { } rest)
        {
            Assert.Null(rest["id"]); // a summary line may close the answer; no document may
        }

        Assert.StartsWith("HTTP/1.1 200", upload.StatusLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_line_fails_alone()
    {
        var index = shared.NewIndexName("ndjson");
        await StoredDocuments.CreateAsync(shared.Api, SyntheticDocument.IndexBody(index, 2));
        string[] lines =
        [
            new SyntheticDocument(1).Body().ToJsonString(),
            """{"id":"no-vector"}""",
            """{"id":"short","vector":[1,2]}""",
            """{"id":"unknown","vektor":[1,2]}""",
            new SyntheticDocument(2).Body().ToJsonString(),
        ];
        var body = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        var answer = await shared.Api.SendBytesAsync(HttpMethod.Post, $"v1/indexes/{index}/documents", body, "application/x-ndjson");
        var results = answer.Expect(System.Net.HttpStatusCode.OK).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!.AsObject()).Where(line => line["status"] is not null).ToList();
        Assert.Equal(["created", "failed", "failed", "failed", "created"], results.Select(result => (string)result["status"]!));
        Assert.Equal(2, (await StoredDocuments.ScrollAsync(shared.Api, index)).Count);
    }
}

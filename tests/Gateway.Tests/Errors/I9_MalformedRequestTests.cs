using System.Collections.Concurrent;
using ClipOrleans.Gateway.Tests.Hosting;
using ClipOrleans.Tests.Corpora;

namespace ClipOrleans.Gateway.Tests.Errors;

// Danger: bytes that nobody thought of reach code that trusts them.
// Invariant: I9, bad input never hurts: each request gets the 4xx that is right, as a problem that says what would be, and the next is served.
// Method: the whole corpus on a real socket.
public sealed class I9_MalformedRequestTests
{
    [Fact]
    public void The_corpus_is_large_and_its_names_are_unique()
    {
        var all = MalformedRequests.For("shop");
        Assert.True(all.Count >= 500, $"{all.Count} requests");
        Assert.Empty(all.GroupBy(request => request.Name).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public async Task I9_Every_malformed_request_gets_its_problem_and_the_next_request_is_served()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(MalformedRequests.For("shop"), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (request, _) =>
        {
            var answer = await SendAsync(host, request);
            if ((int)answer.Status != request.Status || answer.MediaType != "application/problem+json")
                wrong.Add($"{request.Name}: {(int)answer.Status} instead of {request.Status}: {answer.Text[..Math.Min(300, answer.Text.Length)]}");
            else if (((string?)answer.Json["detail"])?.Length is null or < 10)
                wrong.Add($"{request.Name}: a problem that says nothing: {answer.Text}");
        });
        Assert.True(wrong.IsEmpty, $"{wrong.Count} wrong answers:\n{string.Join('\n', wrong.Order().Take(60))}");
        Assert.Equal(0, (int)(await host.GetAsync("/v1/indexes/shop")).Ok()["documents"]!);
        Assert.Single((await host.GetAsync("/v1/indexes")).Ok()["indexes"]!.AsArray());
        (await host.PostAsync("/v1/indexes/shop/documents", """{"documents":[{"id":"1","text":"red shoe"}]}""")).Ok();
        Assert.Single((await host.PostAsync("/v1/indexes/shop/search", """{"text":"red shoe"}""")).Ok()["hits"]!.AsArray());
    }

    private static async Task<Answer> SendAsync(GatewayHost host, MalformedRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(host.Address, request.Path));
        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
            if (request.ContentType is not null)
                message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        using var response = await host.Http.SendAsync(message);
        return await Answer.OfAsync(response);
    }
}

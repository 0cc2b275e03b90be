using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Browsers;

// Danger: a picture that a browser takes for a page, a page of ours in somebody's frame, an answer that a cache gives to the next tenant.
// Invariant: every answer says nosniff, a policy under which data runs nothing, and that it may not be framed; answers of the API are not stored.
// Method: one answer of each kind, also of errors that replace another answer.
public sealed class SecurityHeaderTests
{
    [Fact]
    public async Task Every_answer_of_the_api_is_data_and_nothing_else()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ""","keepImages":"original" """);
        (await host.PutAsync("/v1/indexes/shop/documents/x", $$"""{"imageBase64":"{{TestImages.Base64(255, 0, 0)}}"}""")).Expect(HttpStatusCode.Created);
        Answer[] answers =
        [
            await host.GetAsync("/v1/indexes"), await host.GetAsync("/v1/indexes/shop/documents/x/image"), await host.GetAsync("/v1/nothing"), await host.GetAsync("/nothing"),
            await host.PostAsync("/v1/indexes", "{"), await host.GetAsync("/health/live"), await host.GetAsync("/openapi/v1.json"), await host.SendAsync(HttpMethod.Put, "/v1/indexes", null),
        ];
        foreach (var answer in answers)
        {
            AssertCommon(answer);
            Assert.StartsWith("default-src 'none';", Policy(answer), StringComparison.Ordinal);
            Assert.Contains("sandbox", Policy(answer), StringComparison.Ordinal);
        }

        Assert.True(answers[0].Headers.CacheControl!.NoStore);
        Assert.True(answers[2].Headers.CacheControl!.NoStore);
        Assert.True(answers[1].Headers.CacheControl!.Private);
        Assert.Equal("image/bmp", answers[1].MediaType);
    }

    [Fact]
    public async Task An_answer_that_replaces_another_has_them_too()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Faults.Throw("createIndex", new InvalidOperationException("broken"));
        var answer = await host.PostAsync("/v1/indexes", """{"name":"shop"}""");
        answer.Problem(Slugs.Internal);
        AssertCommon(answer);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/docs")]
    public async Task A_page_may_load_from_this_server_alone(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = (await host.GetAsync(path)).Expect(HttpStatusCode.OK);
        AssertCommon(answer);
        Assert.Equal("text/html", answer.MediaType);
        Assert.StartsWith("default-src 'self';", Policy(answer), StringComparison.Ordinal);
        Assert.DoesNotContain("http", Policy(answer), StringComparison.Ordinal);
    }

    private static void AssertCommon(Answer answer)
    {
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-site", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.Contains("frame-ancestors 'none'", Policy(answer), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static string Policy(Answer answer) => Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
}

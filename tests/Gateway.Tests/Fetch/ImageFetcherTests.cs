using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Gateway.Tests.Fetch;

// Danger: a host that is slow, endless, hostile or inside the operator's network.
// Invariant: I9: size, time and redirects are limited, addresses checked; each fault is a problem that names the host and nothing behind it; no memory stays taken.
// Method: a web server that does everything wrong; the gateway told to fetch from it.
public sealed class ImageFetcherTests
{
    [Fact]
    public async Task An_image_is_fetched_with_redirects_and_found()
    {
        await using var server = await ImageServer.StartAsync();
        await using var host = await StartAsync();
        foreach (var (id, path) in new[] { ("plain", "/red.bmp"), ("hops", "/hop/3"), ("cookie", "/cookie") })
            (await host.PutAsync($"/v1/indexes/shop/documents/{id}", $$"""{"imageUrl":"{{server.Address}}{{path}}"}""")).Expect(HttpStatusCode.Created);
        Assert.Equal(server.Address + "/hop/3", (string?)(await host.GetAsync("/v1/indexes/shop/documents/hops")).Ok()["imageUrl"]);
        var found = (await host.PostAsync("/v1/indexes/shop/search", $$"""{"imageUrl":"{{server.Address}}/red.bmp","minScore":0.99}""")).Ok();
        Assert.Equal(3, found["hits"]!.AsArray().Count);
        Assert.DoesNotContain(server.Headers, header => header.StartsWith("Cookie", StringComparison.OrdinalIgnoreCase) || header.StartsWith("traceparent", StringComparison.OrdinalIgnoreCase) || header.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("/hop/4", Slugs.ImageFetchFailed)]
    [InlineData("/loop", Slugs.ImageFetchFailed)]
    [InlineData("/to-file", Slugs.ImageFetchFailed)]
    [InlineData("/to-user", Slugs.ImageFetchFailed)]
    [InlineData("/to-nonsense", Slugs.ImageFetchFailed)]
    [InlineData("/gone", Slugs.ImageFetchFailed)]
    [InlineData("/missing", Slugs.ImageFetchFailed)]
    [InlineData("/html", Slugs.ImageUndecodable)]
    [InlineData("/announced-large", Slugs.ImageTooLarge)]
    [InlineData("/endless", Slugs.ImageTooLarge)]
    [InlineData("/silent", Slugs.ImageFetchFailed)]
    [InlineData("/stalls", Slugs.ImageFetchFailed)]
    [InlineData("/breaks-off", Slugs.ImageFetchFailed)]
    public async Task I9_A_bad_host_is_a_problem_and_takes_nothing_with_it(string path, string slug)
    {
        await using var server = await ImageServer.StartAsync();
        await using var host = await StartAsync();
        var free = host.Services.GetRequiredService<Budgets>().Images.Free;
        var answer = await host.PutAsync("/v1/indexes/shop/documents/x", $$"""{"imageUrl":"{{server.Address}}{{path}}"}""");
        answer.Problem(slug);
        Assert.Equal(["/imageUrl"], answer.Pointers);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.Equal(free, host.Services.GetRequiredService<Budgets>().Images.Free);
        (await host.PutAsync("/v1/indexes/shop/documents/x", $$"""{"imageUrl":"{{server.Address}}/red.bmp"}""")).Expect(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("0.0.0.0")]
    [InlineData("0")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("169.254.169.254")]
    [InlineData("10.1.2.3")]
    public async Task I9_No_form_of_an_inside_address_is_fetched_from(string address)
    {
        await using var server = await ImageServer.StartAsync();
        await using var host = await StartAsync(allowPrivate: false);
        var url = $"http://{address}:{new Uri(server.Address).Port}/red.bmp";
        (await host.PostAsync("/v1/indexes/shop/search", $$"""{"imageUrl":"{{url}}"}""")).Problem(Slugs.AddressNotAllowed);
        Assert.Empty(server.Headers);
    }

    private static async Task<GatewayHost> StartAsync(bool allowPrivate = true)
    {
        var host = await GatewayHost.StartAsync(("Fetch:AllowPrivateNetworks", $"{allowPrivate}"), ("Fetch:TimeoutSeconds", "1"), ("Limits:MaxImageBytes", "100000"));
        await host.CreateIndexAsync();
        return host;
    }
}

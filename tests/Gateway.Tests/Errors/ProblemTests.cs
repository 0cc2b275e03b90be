using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Cluster;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Errors;

// Danger: an error that reaches the caller as another one, as a stack trace, or not at all.
// Invariant: each slug arrives as its problem.
// Method: for each slug one request that provokes it; what only a broken or later part of the system can say, the cluster in memory says.
public sealed class ProblemTests
{
    private const string Documents = "/v1/indexes/shop/documents";

    private static readonly Dictionary<string, Func<GatewayHost, Task<Answer>>> Cases = new()
    {
        [Slugs.MalformedRequest] = host => host.PostAsync("/v1/indexes/shop/search", "{\"text\":1}"),
        [Slugs.UnknownMember] = host => host.PostAsync("/v1/indexes/shop/search", "{\"txt\":\"red\"}"),
        [Slugs.InvalidFilter] = host => host.PostAsync("/v1/indexes/shop/search", "{\"filter\":{\"$or\":1}}"),
        [Slugs.InvalidName] = host => host.PostAsync("/v1/indexes", "{\"name\":\"Shop\"}"),
        [Slugs.InvalidId] = host => host.GetAsync($"{Documents}/%07"),
        [Slugs.InvalidCursor] = host => host.GetAsync($"{Documents}?cursor=x"),
        [Slugs.Unauthorized] = host => host.SendAsync(HttpMethod.Get, "/v1/indexes", null, ("Authorization", "Bearer nonsense")),
        [Slugs.Forbidden] = host => SearchFailing(host, Error.Of(Slugs.Forbidden, "The key lacks the role.")),
        [Slugs.RouteNotFound] = host => host.GetAsync("/v1/nothing"),
        [Slugs.MethodNotAllowed] = host => host.DeleteAsync("/v1/indexes"),
        [Slugs.IndexNotFound] = host => host.GetAsync("/v1/indexes/nothing"),
        [Slugs.DocumentNotFound] = host => host.GetAsync($"{Documents}/nobody"),
        [Slugs.ImageNotFound] = async host =>
        {
            (await host.PutAsync($"{Documents}/text", "{\"text\":\"red\"}")).Expect(HttpStatusCode.Created);
            return await host.GetAsync($"{Documents}/text/image");
        },
        [Slugs.ModelNotFound] = host => host.PostAsync("/v1/embeddings", "{\"model\":\"nothing\",\"input\":\"red\"}"),
        [Slugs.SnapshotNotFound] = host => host.GetAsync("/v1/indexes/shop/snapshots/nothing"),
        [Slugs.TenantNotFound] = host => host.GetAsync("/admin/v1/tenants/nobody"),
        [Slugs.KeyNotFound] = host => host.DeleteAsync("/v1/keys/nothing"),
        [Slugs.TenantExists] = async host =>
        {
            (await host.PostAsync("/admin/v1/tenants", "{\"id\":\"acme\"}")).Expect(HttpStatusCode.Created);
            return await host.PostAsync("/admin/v1/tenants", "{\"id\":\"acme\"}");
        },
        [Slugs.IndexExists] = host => host.PostAsync("/v1/indexes", "{\"name\":\"shop\"}"),
        [Slugs.SnapshotInProgress] = async host =>
        {
            host.Cluster.Snapshots.StateOfNew = Contracts.Snapshots.SnapshotState.Creating;
            (await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/snapshots", null)).Expect(HttpStatusCode.Accepted);
            return await host.GetAsync("/v1/indexes/shop/snapshots/s0/archive");
        },
        [Slugs.IndexChanged] = host => SearchFailing(host, Error.Of(Slugs.IndexChanged, "The index has changed.")),
        [Slugs.BodyTooLarge] = host => host.PostAsync("/v1/indexes/shop/search", $"{{\"text\":\"{new string('x', 300_000)}\"}}"),
        [Slugs.ImageTooLarge] = host => host.SendAsync(HttpMethod.Put, $"{Documents}/large", GatewayHost.Bytes(TestImages.Bmp(1, 2, 3, 200, 200), "image/bmp")),
        [Slugs.MetadataTooLarge] = host => host.PutAsync($"{Documents}/large", $"{{\"text\":\"red\",\"metadata\":{{\"a\":\"{new string('x', 70_000)}\"}}}}"),
        [Slugs.DocumentTooLarge] = host => WriteFailing(host, Error.Of(Slugs.DocumentTooLarge, "The document does not fit the log.")),
        [Slugs.UnsupportedMediaType] = host => host.SendAsync(HttpMethod.Post, "/v1/indexes", GatewayHost.Bytes("{}"u8.ToArray(), "text/plain")),
        [Slugs.ImageUndecodable] = host => host.SendAsync(HttpMethod.Put, $"{Documents}/x", GatewayHost.Bytes("no image"u8.ToArray(), "image/png")),
        [Slugs.ImageFormatNotSupported] = host => host.SendAsync(HttpMethod.Put, $"{Documents}/x", GatewayHost.Bytes("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray(), "image/svg+xml")),
        [Slugs.ImageFetchFailed] = host => host.PutAsync($"{Documents}/x", "{\"imageUrl\":\"http://nothing.invalid/a.jpg\"}"),
        [Slugs.AddressNotAllowed] = host => host.PutAsync($"{Documents}/x", "{\"imageUrl\":\"http://127.0.0.1/a.jpg\"}"),
        [Slugs.DimensionMismatch] = host => host.PutAsync($"{Documents}/x", "{\"vector\":[1,2]}"),
        [Slugs.InvalidVector] = host => host.PutAsync($"{Documents}/x", "{\"vector\":[0,0,0,0,0,0,0,0]}"),
        [Slugs.InvalidMetadata] = host => host.PutAsync($"{Documents}/x", "{\"text\":\"red\",\"metadata\":{\"price\":\"10\"}}"),
        [Slugs.UndeclaredField] = host => host.PostAsync("/v1/indexes/shop/search", "{\"filter\":{\"color\":\"red\"}}"),
        [Slugs.BackupDamaged] = host => host.SendAsync(HttpMethod.Post, "/v1/restore", GatewayHost.Bytes(new byte[2_000], "application/x-tar")),
        [Slugs.ModelRequired] = async host =>
        {
            (await host.PostAsync("/v1/indexes", "{\"name\":\"vectors\",\"model\":\"none\",\"dimensions\":3}")).Expect(HttpStatusCode.Created);
            return await host.PutAsync("/v1/indexes/vectors/documents/x", "{\"text\":\"red\"}");
        },
        [Slugs.ModelUnusable] = host =>
        {
            host.Cluster.Models = [FakeCluster.ToyModel("toy"), FakeCluster.ToyModel("broken", problem: "no weights")];
            return host.PostAsync("/v1/embeddings", "{\"model\":\"broken\",\"input\":\"red\"}");
        },
        [Slugs.RateLimited] = host => SearchFailing(host, Error.RetryLater(Slugs.RateLimited, "Too many requests.", 7)),
        [Slugs.QuotaExceeded] = host => WriteFailing(host, Error.Of(Slugs.QuotaExceeded, "The quota is used up.")),
        [Slugs.Overloaded] = host => SearchFailing(host, Error.RetryLater(Slugs.Overloaded, "The queue is full.", 2)),
        [Slugs.ShardMoving] = host =>
        {
            host.Cluster.Faults.Answer("search", Error.RetryLater(Slugs.ShardMoving, "It moves.", 1));
            return host.PostAsync("/v1/indexes/shop/search", "{\"text\":\"red\",\"timeoutMs\":100}");
        },
        [Slugs.Loading] = host => SearchFailing(host, Error.RetryLater(Slugs.Loading, "Still loading.", 3)),
        [Slugs.Partial] = async host =>
        {
            (await host.PostAsync("/v1/indexes", "{\"name\":\"two\",\"shards\":2}")).Expect(HttpStatusCode.Created);
            host.Cluster.Faults.Answer("search/1", Error.Of(Slugs.Loading, "Still loading."));
            return await host.PostAsync("/v1/indexes/two/search", "{\"text\":\"red\",\"partial\":\"fail\"}");
        },
        [Slugs.Timeout] = host =>
        {
            host.Cluster.Faults.Hold("search");
            return host.PostAsync("/v1/indexes/shop/search", "{\"text\":\"red\",\"timeoutMs\":50}");
        },
        [Slugs.StorageUnavailable] = host => WriteFailing(host, Error.Of(Slugs.StorageUnavailable, "The disk is full.")),
        [Slugs.Internal] = host =>
        {
            host.Cluster.Faults.Throw("describe", new InvalidOperationException("secret of the inside"));
            return host.GetAsync("/v1/indexes/unread/documents");
        },
    };

    public static IEnumerable<string> Shown => Cases.Keys;

    public static TheoryData<string> AllSlugs => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(AllSlugs))]
    public async Task A_slug_arrives_as_its_problem(string slug)
    {
        await using var host = await GatewayHost.StartAsync(("Limits:MaxImageBytes", "100000"), ("Limits:MaxBodyBytes", "200000"));
        await host.CreateIndexAsync();
        var answer = await Cases[slug](host);
        answer.Problem(slug);
        Assert.Equal((int)answer.Status is 429 or 503, answer.Headers.RetryAfter is not null);
        Assert.DoesNotContain("secret of the inside", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_says_when_to_come_back_and_what_a_path_takes()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        Assert.Equal(TimeSpan.FromSeconds(7), (await Cases[Slugs.RateLimited](host)).Headers.RetryAfter!.Delta);
        Assert.Equal(["GET", "POST"], (await Cases[Slugs.MethodNotAllowed](host)).ContentHeaders.Allow.Order(StringComparer.Ordinal));
        Assert.Equal("Bearer", (await Cases[Slugs.Unauthorized](host)).Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), Slugs.Timeout)]
    [InlineData(typeof(SiloUnavailableException), Slugs.Overloaded)]
    [InlineData(typeof(InvalidOperationException), Slugs.Internal)]
    public async Task What_Orleans_throws_is_told_without_the_inside(Type exception, string slug)
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Faults.Throw("describe", (Exception)Activator.CreateInstance(exception, "secret of the inside")!);
        var answer = await host.GetAsync("/v1/indexes/unread/documents");
        answer.Problem(slug);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_with_pointers()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var answer = await host.PostAsync("/v1/indexes/shop/search", """{"text":7,"topK":"ten","filter":{"color":"red","price":"x"},"facets":["nope"],"a/b~c":1}""");
        answer.Problem(Slugs.UnknownMember);
        Assert.Equal(["/a~1b~0c", "/facets/0", "/filter/color", "/filter/price", "/text", "/topK"], answer.Pointers.Order(StringComparer.Ordinal));
        Assert.Contains("known are text, imageUrl", answer.Text, StringComparison.Ordinal);
    }

    private static Task<Answer> SearchFailing(GatewayHost host, Error error)
    {
        host.Cluster.Faults.Answer("search", error);
        return host.PostAsync("/v1/indexes/shop/search", "{\"text\":\"red\"}");
    }

    private static Task<Answer> WriteFailing(GatewayHost host, Error error)
    {
        host.Cluster.Faults.Answer("write", error);
        return host.PutAsync($"{Documents}/x", "{\"text\":\"red\"}");
    }
}

using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Snapshots;

// Danger: an answer that says "made" of what is not, and a restoration that overwrites.
// Invariant: 201 is for what is ready, 202 for what is not yet; each refusal is a problem of its own kind.
// Method: the API on a real socket, snapshots in memory.
public sealed class SnapshotTests
{
    [Fact]
    public async Task A_snapshot_is_made_listed_looked_at_restored_and_deleted()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var made = await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/snapshots", null);
        var snapshot = made.Expect(HttpStatusCode.Created).Json;
        Assert.Equal("/v1/indexes/shop/snapshots/s0", made.Headers.Location?.OriginalString);
        Assert.Equal("""{"id":"s0","index":"shop","createdAt":"2026-03-01T12:00:00Z","status":"ready","shards":2,"documents":12,"bytes":345}""", snapshot.ToJsonString());
        Assert.Equal(snapshot.ToJsonString(), (await host.GetAsync("/v1/indexes/shop/snapshots/s0")).Ok().ToJsonString());
        Assert.Equal($$"""{"snapshots":[{{snapshot.ToJsonString()}}]}""", (await host.GetAsync("/v1/indexes/shop/snapshots")).Ok().ToJsonString());
        var restored = await host.PostAsync("/v1/indexes/shop/restore", """{"snapshot":"s0","name":"shop-2"}""");
        Assert.Equal("shop-2", (string)restored.Expect(HttpStatusCode.Created).Json["name"]!);
        Assert.Equal("/v1/indexes/shop-2", restored.Headers.Location?.OriginalString);
        (await host.DeleteAsync("/v1/indexes/shop/snapshots/s0")).Expect(HttpStatusCode.NoContent);
        (await host.DeleteAsync("/v1/indexes/shop/snapshots/s0")).Problem(Slugs.SnapshotNotFound);
    }

    [Fact]
    public async Task What_takes_longer_is_accepted_and_what_failed_is_a_problem()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        host.Cluster.Snapshots.StateOfNew = SnapshotState.Creating;
        Assert.Equal("creating", (string)(await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/snapshots", null)).Expect(HttpStatusCode.Accepted).Json["status"]!);
        (await host.GetAsync("/v1/indexes/shop/snapshots/s0/archive")).Problem(Slugs.SnapshotInProgress);
        host.Cluster.Snapshots.StateOfNew = SnapshotState.Failed;
        Assert.Equal("The disk is full.", (string)(await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/snapshots", null)).Problem(Slugs.StorageUnavailable)["detail"]!);
    }

    [Theory]
    [InlineData("POST", "/v1/indexes/nobody/snapshots", "", Slugs.IndexNotFound)]
    [InlineData("POST", "/v1/indexes/No%20Name/snapshots", "", Slugs.IndexNotFound)]
    [InlineData("GET", "/v1/indexes/shop/snapshots/none", "", Slugs.SnapshotNotFound)]
    [InlineData("GET", "/v1/indexes/shop/snapshots/none/archive", "", Slugs.SnapshotNotFound)]
    [InlineData("POST", "/v1/indexes/shop/restore", """{"snapshot":"none","name":"new"}""", Slugs.SnapshotNotFound)]
    [InlineData("POST", "/v1/indexes/shop/restore", """{"snapshot":"s0","name":"../new"}""", Slugs.InvalidName)]
    [InlineData("POST", "/v1/indexes/shop/restore", """{"snapshot":"s0","name":"shop"}""", Slugs.IndexExists)]
    [InlineData("POST", "/v1/indexes/shop/restore", """{"snapshot":"s0"}""", Slugs.MalformedRequest)]
    [InlineData("POST", "/v1/indexes/shop/restore", """{"snapshot":"s0","name":"new","tenant":"other"}""", Slugs.UnknownMember)]
    [InlineData("POST", "/v1/restore?name=x", "{}", Slugs.UnsupportedMediaType)]
    public async Task I5_I9_What_cannot_be_is_a_problem_of_its_kind(string method, string path, string body, string slug)
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        (await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/snapshots", null)).Expect(HttpStatusCode.Created);
        (await host.SendAsync(new HttpMethod(method), path, body.Length == 0 ? null : GatewayHost.Json(body))).Problem(slug);
    }
}

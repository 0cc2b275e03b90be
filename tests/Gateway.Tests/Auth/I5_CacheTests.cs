namespace ClipOrleans.Gateway.Tests.Auth;

// Danger: a tenant learns from the time of an answer what another one asks, because the embedding of a text is known already.
// Invariant: I5: what one tenant asked is remembered for itself alone.
// Method: two tenants embed the same text twice; the encoder counts.
public sealed class I5_CacheTests
{
    [Fact]
    public async Task I5_A_text_that_one_tenant_embedded_is_new_for_another()
    {
        await using var host = await KeyHost.StartAsync();
        string[] keys = [await host.KeyAsync("acme"), await host.KeyAsync("other")];
        var made = new List<int>();
        foreach (var key in keys.Concat(keys))
        {
            (await host.SendAsync(key, HttpMethod.Post, "/v1/embeddings", """{"model":"toy","input":"red shoe"}""")).Ok();
            made.Add(host.Host.Cluster.Embedded.Count);
        }

        Assert.Equal([1, 2, 2, 2], made);
    }
}

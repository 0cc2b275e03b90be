using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Tests.Auth;

// Danger: a door without a lock, a path that is written otherwise and slips past it, the operator's key where it has no business.
// Invariant: every endpoint says whose key it takes; with Auth:Mode=keys nothing under /v1 or /admin answers without one; the operator's key opens /admin alone.
// Method: the endpoints as they are mapped; a real socket.
public sealed class OperatorAccessTests
{
    private const string Key = "the-key-of-the-operator";

    private static readonly (string, string)[] Keys = [("Auth:Mode", "keys"), ("Auth:OperatorKey", Key)];

    [Fact]
    public async Task Every_endpoint_says_whose_key_it_takes()
    {
        await using var host = await GatewayHost.StartAsync();
        var endpoints = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.NotEmpty(endpoints);
        Assert.All(endpoints, endpoint =>
        {
            var access = endpoint.Metadata.GetMetadata<RequiredAccess>()?.Access;
            Assert.True(access is not null, $"{endpoint.DisplayName} says nothing");
            var path = endpoint.RoutePattern.RawText!;
            Assert.True(
                path.StartsWith("/v1", StringComparison.Ordinal) ? access is Access.Read or Access.Write or Access.Admin
                : path.StartsWith("/admin", StringComparison.Ordinal) ? access is Access.Operator
                : access is Access.Anyone,
                $"{endpoint.DisplayName} takes {access}");
        });
    }

    [Theory]
    [InlineData("/v1/indexes")]
    [InlineData("/V1/indexes")]
    [InlineData("/v1//indexes")]
    [InlineData("/v1/nothing")]
    [InlineData("/v1")]
    [InlineData("/%76%31/indexes")]
    [InlineData("/admin/v1/cluster")]
    [InlineData("/Admin/V1/Cluster")]
    [InlineData("/admin/nothing")]
    public async Task Without_a_key_nothing_is_told(string path)
    {
        await using var host = await GatewayHost.StartAsync(Keys);
        var answer = await host.GetAsync(path);
        answer.Problem(Slugs.Unauthorized);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        foreach (var header in (string[])["Bearer ", "Bearer", "Basic dTpw", Key, "Bearer not-the-key", $"Bearer {new string('x', 600)}", $"Bearer {Key}x"])
            (await host.SendAsync(HttpMethod.Get, path, null, ("Authorization", header))).Problem(Slugs.Unauthorized);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/")]
    public async Task What_tells_of_no_tenant_needs_no_key(string path)
    {
        await using var host = await GatewayHost.StartAsync(Keys);
        (await host.GetAsync(path)).Expect(HttpStatusCode.OK);
        (await host.GetAsync("/nothing")).Problem(Slugs.RouteNotFound);
    }

    [Fact]
    public async Task The_operators_key_opens_admin_and_nothing_else()
    {
        await using var host = await GatewayHost.StartAsync(Keys);
        (await host.SendAsync(HttpMethod.Get, "/admin/v1/cluster", null, ("Authorization", $"Bearer {Key}"))).Ok();
        (await host.SendAsync(HttpMethod.Get, "/admin/v1/cluster", null, ("Authorization", $"bearer  {Key} "))).Ok();
        (await host.SendAsync(HttpMethod.Get, "/admin/v1/cluster", null, ("X-API-Key", Key))).Ok();
        (await host.SendAsync(HttpMethod.Get, "/admin/v1/cluster", null, ("x-api-key", Key), ("Authorization", $"Bearer {Key}"))).Ok();
        (await host.SendAsync(HttpMethod.Get, "/admin/v1/cluster", null, ("x-api-key", "another"), ("Authorization", $"Bearer {Key}"))).Problem(Slugs.Unauthorized);
        (await host.SendAsync(HttpMethod.Get, "/admin/v1/cluster", null, ("x-api-key", Key), ("x-api-key", Key))).Problem(Slugs.Unauthorized);
        (await host.SendAsync(HttpMethod.Delete, "/admin/v1/cluster", null, ("x-api-key", Key))).Problem(Slugs.MethodNotAllowed);
        (await host.SendAsync(HttpMethod.Get, "/v1/indexes", null, ("x-api-key", Key))).Problem(Slugs.Forbidden);
        Assert.DoesNotContain(Key, (await host.SendAsync(HttpMethod.Get, "/v1/models", null, ("x-api-key", Key))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_a_file_can_be_changed_while_the_server_runs()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.key");
        await File.WriteAllTextAsync(file, Key + "\n");
        try
        {
            var clock = new ManualClock();
            var key = new OperatorKey(
                Microsoft.Extensions.Options.Options.Create(new Gateway.Options.AuthOptions { Mode = "keys", OperatorKeyFile = file }), clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<OperatorKey>.Instance);
            Assert.True(key.Is(HashOf(Key)));
            Assert.False(key.Is(HashOf("the-new-key-of-the-operator")));
            await File.WriteAllTextAsync(file, "the-new-key-of-the-operator");
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.True(key.Is(HashOf("the-new-key-of-the-operator")));
            Assert.False(key.Is(HashOf(Key)));
            await File.WriteAllTextAsync(file, "");
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.True(key.Is(HashOf("the-new-key-of-the-operator")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Auth:OperatorKeyFile")]
    [InlineData("Auth:OperatorKey", "Auth:OperatorKey", "short")]
    [InlineData("Auth:OperatorKey", "Auth:OperatorKey", "with a space in it")]
    [InlineData("cannot be read", "Auth:OperatorKeyFile", "/nothing/here")]
    public async Task Without_a_key_that_can_be_one_nothing_starts(string told, string? setting = null, string? value = null)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
            await (await GatewayHost.StartAsync([("Auth:Mode", "keys"), .. setting is null ? [] : ((string, string)[])[(setting, value!)]])).DisposeAsync());
        Assert.Contains(told, fault.Message, StringComparison.Ordinal);
        if (value is "short" or "with a space in it")
            Assert.DoesNotContain(value, fault.Message, StringComparison.Ordinal);
    }

    private static byte[] HashOf(string key) => System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
}

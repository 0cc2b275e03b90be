using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Gateway.Tests.Cluster;

// Danger: Orleans words it otherwise one day, and a part that is away for a moment is a bug on our side to every caller.
// Invariant: such a call is answered 503 with when to come back.
// Method: a real client of a cluster that has no silo.
public sealed class AbsentPartTests
{
    [Fact]
    public async Task What_a_client_says_of_a_grain_that_nobody_has_is_understood()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gatewayPort: 1));
        using var host = builder.Build();
        var fault = await Record.ExceptionAsync(() => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IShardGrain>("default/shop-1/0").GetStatus());
        Assert.True(AbsentPart.IsToldBy(fault!), fault?.ToString());
        Assert.Equal(Slugs.Overloaded, ThrownErrors.ToError(fault!).Slug);
        Assert.NotNull(ThrownErrors.ToError(fault!).RetryAfterSeconds);
    }
}

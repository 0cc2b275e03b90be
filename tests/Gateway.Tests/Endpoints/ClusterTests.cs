using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClipOrleans.Gateway.Tests.Endpoints;

// Danger: an operator at night sees a cluster that is not there; a process that stops drops requests that were on their way.
// Invariant: what the placement tells is shown whole; a gateway that was asked to stop says so and still serves.
// Method: a placement with one of each; the host is stopped while requests come.
public sealed class ClusterTests
{
    [Fact]
    public async Task The_cluster_is_shown_with_silos_shards_and_moves()
    {
        await using var host = await GatewayHost.StartAsync();
        var view = (await host.GetAsync("/admin/v1/cluster")).Ok();
        Assert.Equal(
            """{"address":"10.0.0.1:11111@5","name":"shard-0","status":"active","roles":["shard"],"draining":false,"shards":1,"bytes":4096,"busy":0.25,"load":1.5,"reportedAt":"2026-05-04T09:30:00+00:00"}""",
            view["silos"]![0]!.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Null(view["silos"]![1]!["reportedAt"]);
        Assert.Equal(
            """{"tenant":"acme","index":"shop","shard":1,"silo":"10.0.0.1:11111@5","siloName":"shard-0","state":"ready","epoch":7,"documents":12,"bytes":4096,"busy":0.25}""",
            view["shards"]![0]!.ToJsonString());
        Assert.Equal("10.0.0.2:11111@6", (string?)view["moves"]![0]!["to"]);
        Assert.Equal(3, (int)view["moved"]!);
        (await host.GetAsync("/admin/v1/cluster?x=1")).Problem(Slugs.UnknownMember);
    }

    [Fact]
    public async Task A_gateway_that_was_asked_to_stop_is_not_ready_but_serves_until_it_is_drained()
    {
        await using var host = await GatewayHost.StartAsync(("Shutdown:DrainSeconds", "600"));
        (await host.GetAsync("/health/ready")).Ok();
        using var hurry = new CancellationTokenSource();
        var stopping = host.Services.GetRequiredService<IHost>().StopAsync(hurry.Token);
        var problem = (await host.GetAsync("/health/ready")).Problem(Slugs.Overloaded);
        Assert.Contains("stopping", (string?)problem["detail"], StringComparison.Ordinal);
        using var response = await host.Http.GetAsync(new Uri("/v1/models", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.ConnectionClose);
        Assert.False(stopping.IsCompleted);
        await hurry.CancelAsync();
        try
        {
            await stopping;
        }
        catch (OperationCanceledException)
        {
            // It was hurried.
        }
    }
}

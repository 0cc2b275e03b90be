using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>
/// Live: the process answers. Ready: it reaches the grains. Whether every part of the cluster is well is not asked: a
/// gateway that steps back because the encoders are away takes the searches that need none with it.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A question that was on its way to a silo that died says nothing about the others.</summary>
    private static readonly CallPatience s_asking = new(Patience, Patience, TimeSpan.FromSeconds(1));

    public static void MapHealth(this IEndpointRouteBuilder root)
    {
        var health = root.MapGroup("/health").WithTags("Health").For(Access.Anyone);
        health.MapGet("/live", () => TypedResults.Ok(new HealthResponse { Status = "live" }))
            .Named("live", "Is the process alive?");
        health.MapGet("/ready", ReadyAsync)
            .Named("ready", "Can it answer?", "Yes when the grains are reached, until the process is asked to stop.")
            .WithErrors(Slugs.Loading, Slugs.Overloaded);
    }

    private static async Task<Results<Ok<HealthResponse>, ProblemResult>> ReadyAsync(
        HttpContext http, IGrainFactory grains, GrainCalls calls, GatewayDrain drain, TimeProvider clock)
    {
        if (drain.IsDraining)
            return new ProblemResult(Error.Of(Slugs.Overloaded, "This process is stopping: others take its requests."));

        try
        {
            await calls.RepeatAsync(async () => Result<SiloInfo>.Ok(await grains.GetGrain<ISiloGrain>(0).GetInfo()), s_asking, http.RequestAborted).WaitAsync(Patience, clock, http.RequestAborted);
            return TypedResults.Ok(new HealthResponse { Status = "ready" });
        }
        catch (Exception exception) when (exception is InvalidOperationException || ThrownErrors.ToError(exception).Slug != Slugs.Internal)
        {
            // A probe asks again in a moment; what keeps the grains away is logged where it happens.
            return new ProblemResult(Error.Of(Slugs.Loading, "The grains are not reached yet."));
        }
    }
}

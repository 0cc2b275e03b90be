using System.Diagnostics.Metrics;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Telemetry;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>Calls to a grain that answers when the test says so.</summary>
internal sealed class HeldCalls
{
    private readonly SemaphoreSlim _sending = new(0);

    /// <summary>What was sent so far, to be answered in any order.</summary>
    public List<TaskCompletionSource<Result<int>>> Sent { get; } = [];

    /// <summary>Calls that were made and that nobody has waited for yet.</summary>
    public int Unseen => _sending.CurrentCount;

    public static GrainCalls On(ManualClock clock)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new GrainCalls(clock, new GatewayInstruments(meters), NullLogger<GrainCalls>.Instance);
    }

    public Task<Result<int>> SendAsync()
    {
        var answer = new TaskCompletionSource<Result<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Sent.Add(answer);
        _sending.Release();
        return answer.Task;
    }

    public Task NextAsync() => _sending.WaitAsync();
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Admission;

/// <summary>What all requests of this process share and must not exhaust.</summary>
internal sealed class Budgets(IOptions<LimitOptions> limits, TimeProvider clock) : IDisposable
{
    /// <summary>Long enough for a burst of imports to take turns, short enough for a caller to hear of it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Request bodies that are held as a whole.</summary>
    public ByteBudget Bodies { get; } = new(limits.Value.MaxBodyBytesInFlight, clock);

    /// <summary>Encoded images on their way to a decoder.</summary>
    public ByteBudget Images { get; } = new(limits.Value.MaxImageBytesInFlight, clock);

    /// <summary>Bulk requests: each may hold a whole body's worth of prepared documents.</summary>
    public FairPlaces Bulk { get; } = new(limits.Value.MaxConcurrentBulkRequests, clock);

    /// <summary>Archives on their way in or out: each keeps the disk busy.</summary>
    public SemaphoreSlim Archives { get; } = new(limits.Value.MaxConcurrentArchives);

    public static Error OutOfMemory(string what) =>
        Error.Of(Slugs.Overloaded, $"The memory set aside for {what} is in use by other requests: try again in a moment.");

    public void Dispose() => Archives.Dispose();
}

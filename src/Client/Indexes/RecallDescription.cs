namespace ClipOrleans.Client.Indexes;

/// <summary>What an index promises of searches that need not be exact, and what it measured of them.</summary>
public sealed record RecallDescription
{
    /// <summary>The recall@10 that is promised.</summary>
    public double Target { get; init; }

    /// <summary>What was measured, for each share of the documents that filters match; empty as long as nothing was.</summary>
    public IReadOnlyList<MeasuredRecall> Measured { get; init; } = [];
}

using ClipOrleans.Bench.Vectors;
using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Bench.Filters;

/// <summary>What came of one cell.</summary>
/// <param name="Cell">Which one.</param>
/// <param name="Plan">The plan of its searches; several when the planner chose several.</param>
/// <param name="Effort">Level of effort that the monitor asked for; null where every search was exact.</param>
/// <param name="Recall">True recall@10.</param>
/// <param name="Reported">What the index says of itself; null where every search was exact.</param>
/// <param name="Pass">The searches.</param>
internal sealed record CellResult(FilterCell Cell, string Plan, double? Effort, double Recall, BandRecall? Reported, SearchPass Pass)
{
    /// <summary>Queries a second, had searching taken the time of its scan alone: what is left when filters cost nothing.</summary>
    public double ScanQps(int threads) => threads * 1e6 / Pass.ScanMicros;
}

using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>The background work of one shard since it was opened.</summary>
/// <param name="Codes">By what it is searched now.</param>
/// <param name="Phase">How far a training is.</param>
/// <param name="Trainings">Trainings whose codes were taken over.</param>
/// <param name="TrainingSeconds">Time of the last one, from its beginning until its codes served.</param>
/// <param name="Problem">Why the last training failed; null once one succeeded.</param>
/// <param name="Recall">What was measured of approximate searches, for each band with evidence.</param>
public sealed record MaintenanceStats(
    CodesState Codes, TrainingPhase Phase, long Trainings, double TrainingSeconds, string? Problem, IReadOnlyList<BandRecall> Recall)
{
    /// <summary>Nobody works on the shard.</summary>
    internal static MaintenanceStats None { get; } = new(CodesState.Exact, TrainingPhase.Idle, 0, 0, null, []);
}

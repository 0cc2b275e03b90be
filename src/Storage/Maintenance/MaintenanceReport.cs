namespace ClipOrleans.Storage.Maintenance;

/// <summary>The background work of a process since it started.</summary>
/// <param name="Trainings">Trainings whose codes were taken over.</param>
/// <param name="FailedTrainings">Trainings that failed; those that a closing shard stopped are not among them.</param>
/// <param name="TrainingSeconds">Time of all trainings, from their beginning until their codes served.</param>
/// <param name="MeasuredQueries">Queries whose recall was measured.</param>
/// <param name="Bands">What the open shards measured, for each band of selectivity that any has enough queries of.</param>
public sealed record MaintenanceReport(
    long Trainings, long FailedTrainings, double TrainingSeconds, long MeasuredQueries, IReadOnlyList<BandSummary> Bands)
{
    /// <summary>Passes that gave back space of logs.</summary>
    public long Compactions { get; init; }

    /// <summary>Living documents copied for it.</summary>
    public long MovedBytes { get; init; }

    /// <summary>What logs became shorter.</summary>
    public long FreedBytes { get; init; }
}

/// <summary>One band of selectivity over the open shards that have measured it well enough.</summary>
/// <param name="Selectivity">Name of the band.</param>
/// <param name="Worst">Least recall of a shard.</param>
/// <param name="Mean">Mean recall over the shards, by queries.</param>
/// <param name="Effort">Mean level of effort over the shards, by queries.</param>
public sealed record BandSummary(string Selectivity, double Worst, double Mean, double Effort);

namespace ClipOrleans.Storage.Following;

/// <summary>How a follower stands to the log of its owner.</summary>
/// <param name="AppliedSequence">Number of the last record that it shows.</param>
/// <param name="KnownSequence">Number of the last record that the owner has marked, as far as it was seen.</param>
/// <param name="LagBytes">Bytes of log that are marked and not shown.</param>
/// <param name="Lag">Since when it is not known that everything marked is shown: the time since the last look that found nothing more, or showed it.</param>
/// <param name="Rebases">How often it began anew with a newer snapshot of the owner, or with the log, since it was opened.</param>
/// <param name="Problem">Why it does not get on; null while it does.</param>
public sealed record FollowerStats(long AppliedSequence, long KnownSequence, long LagBytes, TimeSpan Lag, long Rebases, string? Problem);

using ClipOrleans.Silo.Configuration;
using Orleans.Configuration;

namespace ClipOrleans.Silo.Cluster;

/// <summary>
/// When a silo counts as dead. Soon, since its shards are answered by nobody until then; and not sooner than a pause of
/// garbage collection or a busy processor lasts, since a silo that is declared dead has to start anew.
/// </summary>
internal static class Liveness
{
    /// <summary>How much longer a probe may take while this silo itself is short of time: the fault may be its own.</summary>
    private const double DegradedFactor = 1.5;

    /// <summary>A silo says in the store that it is alive. After three times without, its word counts for nothing and others need not wait for it.</summary>
    public static readonly TimeSpan AlivePeriod = TimeSpan.FromSeconds(5);

    /// <summary>A silo that stood still or was cut off learns here that it was declared dead, and ends.</summary>
    private static readonly TimeSpan s_tablePeriod = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_maxJoin = TimeSpan.FromMinutes(2);

    public static void Apply(ClusterMembershipOptions membership, ClusterSettings settings)
    {
        var probe = TimeSpan.FromMilliseconds(settings.ProbeMilliseconds);
        membership.ProbeTimeout = probe;
        // Left to itself the time-out follows the answers, which take less than a millisecond: a pause would be a death.
        membership.MinProbeTimeout = probe;
        membership.MaxProbeTimeout = probe * DegradedFactor;
        membership.NumMissedProbesLimit = settings.MissedProbes;
        membership.NumVotesForDeathDeclaration = settings.DeathVotes;
        membership.NumProbedSilos = Math.Max(settings.DeathVotes, membership.NumProbedSilos);
        membership.IAmAliveTablePublishTimeout = AlivePeriod;
        membership.TableRefreshTimeout = s_tablePeriod;
        membership.MaxJoinAttemptTime = s_maxJoin;
    }
}

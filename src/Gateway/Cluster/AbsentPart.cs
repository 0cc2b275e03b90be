namespace ClipOrleans.Gateway.Cluster;

/// <summary>
/// No silo has the role that a call needs, or none that is known here yet. Orleans has no exception of its own for it: a
/// caller that never saw such a silo cannot even name the grain, one that did is told by placement. Only their words tell.
/// </summary>
internal static class AbsentPart
{
    public static bool IsToldBy(Exception fault) =>
        (fault is ArgumentException && fault.Message.StartsWith("Could not find an implementation for interface", StringComparison.Ordinal))
        || (fault.GetType() == typeof(OrleansException) && fault.Message.StartsWith("No active nodes are compatible", StringComparison.Ordinal));
}

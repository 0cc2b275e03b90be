using System.Collections.Immutable;

namespace ClipOrleans.Grains.Placement;

/// <summary>Which silos the membership knows, by parsable address.</summary>
internal sealed class SiloPresence(ISiloStatusOracle oracle)
{
    public ImmutableDictionary<string, SiloStatus> Read() =>
        oracle.GetApproximateSiloStatuses().ToImmutableDictionary(silo => silo.Key.ToParsableString(), silo => silo.Value);

    /// <summary>Declared dead, for good: an address carries the moment of its process's start, so it never comes back.</summary>
    public bool IsGone(string silo)
    {
        try
        {
            return oracle.IsDeadSilo(SiloAddress.FromParsableString(silo));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

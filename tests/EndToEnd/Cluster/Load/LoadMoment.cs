namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>Figures of a load at one moment, or between two.</summary>
/// <param name="Requests">Answered or failed.</param>
/// <param name="Partial">Searches that said that shards were missing.</param>
/// <param name="Acknowledged">Documents whose write was answered.</param>
/// <param name="FailedByKind">By what was asked and why it failed.</param>
internal sealed record LoadMoment(int Requests, int Partial, int Acknowledged, IReadOnlyDictionary<string, int> FailedByKind)
{
    public int Failed => FailedByKind.Values.Sum();

    public LoadMoment Since(LoadMoment earlier) => new(
        Requests - earlier.Requests,
        Partial - earlier.Partial,
        Acknowledged - earlier.Acknowledged,
        FailedByKind.Select(pair => (pair.Key, Value: pair.Value - earlier.FailedByKind.GetValueOrDefault(pair.Key))).Where(static pair => pair.Value > 0).ToDictionary(StringComparer.Ordinal));

    public LoadMoment And(LoadMoment other) => new(
        Requests + other.Requests,
        Partial + other.Partial,
        Acknowledged + other.Acknowledged,
        FailedByKind.Concat(other.FailedByKind).GroupBy(static pair => pair.Key, StringComparer.Ordinal).ToDictionary(static kind => kind.Key, static kind => kind.Sum(pair => pair.Value), StringComparer.Ordinal));
}

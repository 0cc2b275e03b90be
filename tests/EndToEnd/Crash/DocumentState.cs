using ClipOrleans.EndToEnd.Documents;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>A version of a synthetic document and the last patch on it (0: none).</summary>
internal sealed record DocumentState(int Version, int Patch)
{
    public SyntheticDocument Document(int number) => new(number, Version);
}

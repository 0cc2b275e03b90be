using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>What became of a request.</summary>
/// <param name="Answer">Null: the connection broke, and whether the request was done is not known.</param>
/// <param name="Kind">Why it failed, in a few words; empty when it did not.</param>
/// <param name="Took">From sending to the end of the answer.</param>
internal sealed record Reply(Answer? Answer, string Kind, TimeSpan Took)
{
    /// <summary>The server or the way to it failed, not the request.</summary>
    public bool IsFailed => Kind.Length > 0;

    /// <summary>The answer, which did not fail.</summary>
    public Answer Good => IsFailed ? throw new InvalidOperationException($"The request failed: {Kind}") : Answer!;
}

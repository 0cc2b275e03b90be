namespace ClipOrleans.EndToEnd.Crash;

/// <summary>
/// What one document may be: its last acknowledged state, or the state that the operation in flight will leave. A document
/// belongs to one writer, so its operations are in order and at most one is in flight; searchers look at it meanwhile.
/// </summary>
internal sealed class DocumentLedger
{
    private volatile Standing _now = new(null, false, null, -1, []);

    /// <summary>As it is now; a later change makes another object.</summary>
    public Standing Now => _now;

    public DocumentState? Acknowledged => _now.Acknowledged;

    public bool HasInFlight => _now.HasInFlight;

    public void Send(DocumentState? state) =>
        _now = _now with { HasInFlight = true, InFlight = state, LastVersion = Math.Max(_now.LastVersion, state?.Version ?? -1) };

    public void Acknowledge() => _now = _now with { Acknowledged = _now.InFlight, HasInFlight = false, InFlight = null, Refused = [] };

    /// <summary>It was answered with an error of the server: it may count or not, also when a later one was refused as well.</summary>
    public void Refuse() => _now = _now with { HasInFlight = false, InFlight = null, Refused = [.. _now.Refused, _now.InFlight] };

    public bool Allows(DocumentState? found) => found == _now.Acknowledged || (_now.HasInFlight && found == _now.InFlight) || _now.Refused.Contains(found);

    /// <summary>What was found after the restart is from now on what must stay.</summary>
    public void Settle(DocumentState? found) => _now = _now with { Acknowledged = found, HasInFlight = false, InFlight = null, Refused = [] };

    public override string ToString() =>
        $"acknowledged {Acknowledged?.ToString() ?? "absent"}" + (HasInFlight ? $", in flight {_now.InFlight?.ToString() ?? "a delete"}" : "")
        + string.Concat(_now.Refused.Select(static state => $", refused {state?.ToString() ?? "a delete"}"));

    /// <param name="Acknowledged">Null: not there.</param>
    /// <param name="HasInFlight">An operation was sent and is not answered.</param>
    /// <param name="InFlight">What it will leave.</param>
    /// <param name="LastVersion">The highest that was ever sent: versions of a document never fall, also over deletions.</param>
    /// <param name="Refused">What operations would leave that were answered with an error since.</param>
    internal sealed record Standing(DocumentState? Acknowledged, bool HasInFlight, DocumentState? InFlight, int LastVersion, IReadOnlyList<DocumentState?> Refused)
    {
        /// <summary>The lowest version that a reader may still see who asked at this moment or later.</summary>
        public int OldestVisible => Acknowledged?.Version ?? Refused.Append(HasInFlight ? InFlight : null).Min(static state => state?.Version) ?? LastVersion + 1;
    }
}

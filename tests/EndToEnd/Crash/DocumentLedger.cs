namespace ClipOrleans.EndToEnd.Crash;

/// <summary>
/// What one document may be after a crash: its last acknowledged state, or the state that the operation in flight would have left.
/// A document belongs to one writer, so its operations are in order and at most one is in flight.
/// </summary>
internal sealed class DocumentLedger
{
    /// <summary>Null: not there.</summary>
    public DocumentState? Acknowledged { get; private set; }

    public bool HasInFlight { get; private set; }

    public DocumentState? InFlight { get; private set; }

    public void Send(DocumentState? state) => (HasInFlight, InFlight) = (true, state);

    public void Acknowledge() => (Acknowledged, HasInFlight, InFlight) = (InFlight, false, null);

    public bool Allows(DocumentState? found) => found == Acknowledged || (HasInFlight && found == InFlight);

    /// <summary>What was found after the restart is from now on what must stay.</summary>
    public void Settle(DocumentState? found) => (Acknowledged, HasInFlight, InFlight) = (found, false, null);

    public override string ToString() =>
        $"acknowledged {Acknowledged?.ToString() ?? "absent"}" + (HasInFlight ? $", in flight {InFlight?.ToString() ?? "a delete"}" : "");
}

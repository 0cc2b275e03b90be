namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// Collects the faults of one input. It stops at a bound: a hostile megabyte of faults must not become a
/// hundred megabytes of messages.
/// </summary>
internal sealed class FaultList
{
    /// <summary>More than anyone repairs from one answer.</summary>
    public const int MaxFaults = 32;

    private readonly List<InputFault> _faults = [];

    public bool IsFull => _faults.Count >= MaxFaults;

    public bool IsEmpty => _faults.Count == 0;

    public IReadOnlyList<InputFault> ToReadOnly() => _faults.Count == 0 ? [] : _faults;

    public void Malformed(string pointer, string message) => Add(InputFaultKind.Malformed, pointer, message);

    public void Impossible(string pointer, string message) => Add(InputFaultKind.Impossible, pointer, message);

    private void Add(InputFaultKind kind, string pointer, string message)
    {
        if (!IsFull)
            _faults.Add(new InputFault(kind, pointer, message));
    }
}

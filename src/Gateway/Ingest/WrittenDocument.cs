using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>What became of one document.</summary>
/// <param name="Id">Its id; null when it failed and came without one.</param>
/// <param name="Status">Created, updated or failed.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record WrittenDocument(string? Id, WriteStatus Status, Error? Error)
{
    public string StatusName => Status switch
    {
        WriteStatus.Created => "created",
        WriteStatus.Updated => "updated",
        WriteStatus.Failed => "failed",
        _ => throw new InvalidOperationException($"{Status} is not what becomes of a document."),
    };

    public DocumentResult ToWire() => new() { Id = Id, Status = StatusName, Error = Error is null ? null : Problem.Of(Error) };
}

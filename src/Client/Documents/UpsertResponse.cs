namespace ClipOrleans.Client.Documents;

/// <summary>The answer to an upsert: one result a document, in the order of the request.</summary>
public sealed record UpsertResponse
{
    /// <summary>One result a document, in the order of the request.</summary>
    public IReadOnlyList<DocumentResult> Results { get; init; } = [];

    /// <summary>How many were created or updated.</summary>
    public int Succeeded { get; init; }

    /// <summary>How many failed, each with its own error.</summary>
    public int Failed { get; init; }
}

using ClipOrleans.Client.Errors;

namespace ClipOrleans.Client.Documents;

/// <summary>The answer to one document of an upsert.</summary>
public sealed record DocumentResult
{
    /// <summary>The id under which it is stored; null when it failed and came without one.</summary>
    public string? Id { get; init; }

    /// <summary>What became of it. Once created or updated it is durable and every search sees it.</summary>
    public DocumentStatus Status { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public Problem? Error { get; init; }
}

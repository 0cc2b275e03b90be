using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Contracts.Documents;

[GenerateSerializer, Alias("clip.WriteStatus")]
public enum WriteStatus
{
    Invalid = 0,
    Created = 1,
    Updated = 2,
    Deleted = 3,

    /// <summary>A patch or delete of a document that is not there.</summary>
    NotFound = 4,

    /// <summary>Refused; nothing was changed; <see cref="WriteOutcome.Error"/> says why.</summary>
    Failed = 5,
}

[GenerateSerializer, Immutable, Alias("clip.WriteOutcome")]
public sealed record WriteOutcome([property: Id(0)] WriteStatus Status, [property: Id(1)] Error? Error = null);

/// <summary>One outcome per operation, in order, all durable (I1); the sequence number of the last of them.</summary>
[GenerateSerializer, Immutable, Alias("clip.DocumentBatchResult")]
public sealed record DocumentBatchResult(
    [property: Id(0)] ImmutableArray<WriteOutcome> Outcomes,
    [property: Id(1)] long Sequence);

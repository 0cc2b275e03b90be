namespace ClipOrleans.Client.Snapshots;

/// <summary>A snapshot: a copy of an index that does not change.</summary>
public sealed record Snapshot
{
    /// <summary>Its id, unique in its index.</summary>
    public required string Id { get; init; }

    /// <summary>The index it was made of.</summary>
    public required string Index { get; init; }

    /// <summary>When it was asked for: every write that was answered before is in it.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary><c>creating</c>, <c>ready</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Shards in it.</summary>
    public int Shards { get; init; }

    /// <summary>Documents in it; 0 while it is being made.</summary>
    public long Documents { get; init; }

    /// <summary>Bytes of all its files; 0 while it is being made.</summary>
    public long Bytes { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Problem { get; init; }
}

/// <summary>The JSON object around a list.</summary>
internal sealed record SnapshotListBody(IReadOnlyList<Snapshot> Snapshots);

internal sealed record RestoreBody(string Snapshot, string Name);

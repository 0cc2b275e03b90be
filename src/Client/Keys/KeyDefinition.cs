namespace ClipOrleans.Client.Keys;

/// <summary>A key to make.</summary>
public sealed record KeyDefinition
{
    /// <summary>For people: 1 to 128 characters. Two keys may have the same one.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required KeyRole Role { get; init; }

    /// <summary>The only indexes that are there for it; null: all.</summary>
    public IReadOnlyList<string>? Indexes { get; init; }

    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

using System.Text;

namespace ClipOrleans.Client.Keys;

/// <summary>A key, without what makes it one.</summary>
public record KeyDescription
{
    /// <summary>Its id, unique in its tenant.</summary>
    public required string Id { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required KeyRole Role { get; init; }

    /// <summary>The only indexes that are there for it; null: all.</summary>
    public IReadOnlyList<string>? Indexes { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was used last, to within seconds; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A key that was just made.</summary>
public sealed record CreatedKey : KeyDescription
{
    /// <summary>The key itself. The server tells it this once and does not keep it.</summary>
    public required string Key { get; init; }

    /// <summary>Without the key: what a program prints ends up in logs.</summary>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}

/// <summary>The JSON object around a list.</summary>
internal sealed record KeyListBody(IReadOnlyList<KeyDescription> Keys);

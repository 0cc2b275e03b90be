namespace ClipOrleans.Fuzz.Engine;

internal enum FindingKind
{
    None = 0,

    /// <summary>An exception that the reader does not declare, a broken promise, or memory beyond what the input allows.</summary>
    Crash = 1,

    /// <summary>Four times in a row it took longer than an input may.</summary>
    Hang = 2,
}

/// <summary>An input that did what none may do.</summary>
/// <param name="Kind">What.</param>
/// <param name="Input">The bytes, made shorter where they could be.</param>
/// <param name="Where">The exception's type and the innermost place of ours: findings of one place are one.</param>
/// <param name="Detail">All that is known.</param>
internal sealed record Finding(FindingKind Kind, byte[] Input, string Where, string Detail);

using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Clip.Images;

/// <summary>What an image may cost. Checked against the header before any pixel is allocated.</summary>
public sealed record ImageLimits
{
    /// <summary>Largest encoded image, in bytes.</summary>
    [Range(1L, 1L << 30)]
    public long MaxBytes { get; init; } = 20L * 1024 * 1024;

    /// <summary>Largest decoded image, in pixels (width × height).</summary>
    [Range(1L, 1_000_000_000L)]
    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>Longest side, in pixels: what the widest of the formats (JPEG, GIF, WebP) can hold.</summary>
    [Range(1, 65_535)]
    public int MaxSide { get; init; } = 65_535;

    /// <summary>Memory for large images that are decoded at one time, in bytes; more of them wait for each other.</summary>
    [Range(64L * 1024 * 1024, 1L << 40)]
    public long DecodingMemory { get; init; } = 1L << 30;
}

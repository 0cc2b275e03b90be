namespace ClipOrleans.Clip.Images;

/// <summary>Whether a thumbnail is wanted of an image.</summary>
public enum ThumbnailMode
{
    None = 0,

    /// <summary>
    /// Upright, without metadata, longest side at most 256 pixels; or the image itself, where it is a JPEG, PNG or WebP without metadata
    /// of at most 16 KiB and 512 pixels a side.
    /// </summary>
    Small = 1,
}

/// <summary>A small picture for people to look at.</summary>
public sealed record Thumbnail(ReadOnlyMemory<byte> Bytes, string ContentType, int Width, int Height);

/// <summary>An image that was decoded and made ready for one model.</summary>
/// <param name="Pixels">RGB bytes, row by row, as <see cref="ImageInputSpec"/> asks.</param>
/// <param name="Width">Columns of the upright source image.</param>
/// <param name="Height">Rows of the upright source image.</param>
/// <param name="Format">What the bytes were, by their content, not by what the sender called them.</param>
/// <param name="ContentHash">SHA-256 of the encoded bytes (32 bytes): a key that nobody can collide on purpose.</param>
/// <param name="Thumbnail">The thumbnail, if one was asked for.</param>
public sealed record PreparedImage(
    ReadOnlyMemory<byte> Pixels,
    int Width,
    int Height,
    ImageFormat Format,
    ReadOnlyMemory<byte> ContentHash,
    Thumbnail? Thumbnail)
{
    /// <summary>The media type of the encoded bytes, by their content.</summary>
    public string ContentType => ImageFormats.ContentType(Format);
}

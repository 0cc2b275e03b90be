namespace ClipOrleans.Clip.Images;

/// <summary>Why an image was refused. Every member is something the sender can put right.</summary>
public enum ImageFault
{
    None = 0,

    /// <summary>No bytes at all.</summary>
    Empty = 1,

    /// <summary>More bytes than <see cref="ImageLimits.MaxBytes"/>.</summary>
    TooManyBytes = 2,

    /// <summary>The header declares more pixels than <see cref="ImageLimits.MaxPixels"/>, or a longer side than <see cref="ImageLimits.MaxSide"/>.</summary>
    TooManyPixels = 3,

    /// <summary>The first bytes are of no image format known here (text, HTML, anything).</summary>
    UnknownFormat = 4,

    /// <summary>An image format that is recognised but not decoded here (SVG, PDF, HEIC, …).</summary>
    FormatNotAllowed = 5,

    /// <summary>The right first bytes, but damaged, truncated or self-contradictory after them.</summary>
    Undecodable = 6,
}

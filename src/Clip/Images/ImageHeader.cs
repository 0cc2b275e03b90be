namespace ClipOrleans.Clip.Images;

/// <summary>What is known of an image before any of its pixels is computed.</summary>
/// <param name="Format">By the first bytes.</param>
/// <param name="Width">Columns, as stored.</param>
/// <param name="Height">Rows, as stored.</param>
/// <param name="Orientation">How to turn it upright.</param>
/// <param name="IsInterlaced">The pixels come in several passes (progressive JPEG, interlaced PNG), so that all of them are in memory at once.</param>
/// <param name="IsPlain">The bytes hold nothing but one upright picture: no EXIF, XMP, IPTC, colour profile or second frame.</param>
internal readonly record struct ImageHeader(ImageFormat Format, int Width, int Height, Orientation Orientation, bool IsInterlaced, bool IsPlain);

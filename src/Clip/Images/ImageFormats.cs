namespace ClipOrleans.Clip.Images;

/// <summary>Media types of the known formats.</summary>
public static class ImageFormats
{
    /// <summary>The registered media type of <paramref name="format"/>.</summary>
    public static string ContentType(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.WebP => "image/webp",
        ImageFormat.Gif => "image/gif",
        ImageFormat.Bmp => "image/bmp",
        ImageFormat.Tiff => "image/tiff",
        ImageFormat.Avif => "image/avif",
        _ => "application/octet-stream",
    };
}

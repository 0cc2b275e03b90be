namespace ClipOrleans.Clip.Images;

/// <summary>The limits on width and height, checked on what a header declares.</summary>
internal static class PixelLimits
{
    public static ImageError? Check(long width, long height, ImageLimits limits)
    {
        if (width > limits.MaxSide || height > limits.MaxSide)
            return new ImageError(ImageFault.TooManyPixels, $"The image is {width} × {height} pixels: at most {limits.MaxSide} a side are accepted.");
        return width * height > limits.MaxPixels
            ? new ImageError(ImageFault.TooManyPixels, $"The image is {width} × {height} pixels ({width * height / 1e6:F1} megapixels): at most {limits.MaxPixels / 1e6:F1} megapixels are accepted.")
            : null;
    }
}

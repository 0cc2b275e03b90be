namespace ClipOrleans.Clip.Images;

/// <summary>How an image becomes the square (or rectangle) a model looks at.</summary>
public enum ResizeRule
{
    None = 0,

    /// <summary>The shortest side to <see cref="ImageInputSpec.ShortestEdge"/>, then the centre is cut out.</summary>
    ShortestEdge = 1,

    /// <summary>Width and height exactly, whatever the proportions were.</summary>
    Exact = 2,
}

/// <summary>Resampling filters, antialiased when shrinking.</summary>
public enum ResampleFilter
{
    None = 0,
    Nearest = 1,
    Box = 2,
    Bilinear = 3,
    Hamming = 4,
    Bicubic = 5,
    Lanczos = 6,
}

/// <summary>
/// The pixels a model wants: <paramref name="Width"/> × <paramref name="Height"/> RGB bytes, row by row, three bytes a pixel.
/// Mean and deviation are applied later, by the encoder, so that pixels travel as single bytes.
/// </summary>
/// <param name="Width">Columns of the model's input.</param>
/// <param name="Height">Rows of the model's input.</param>
/// <param name="Rule">How the size is reached.</param>
/// <param name="ShortestEdge">For <see cref="ResizeRule.ShortestEdge"/>: the side before the crop, at least as long as the longer of width and height. Otherwise 0.</param>
/// <param name="Filter">The resampling filter.</param>
public sealed record ImageInputSpec(int Width, int Height, ResizeRule Rule, int ShortestEdge, ResampleFilter Filter)
{
    /// <summary>Bytes of one prepared image.</summary>
    public int PixelBytes => Width * Height * 3;
}

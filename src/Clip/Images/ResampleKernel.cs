namespace ClipOrleans.Clip.Images;

/// <summary>
/// The filters as Pillow defines them (its documentation of <c>Image.resize</c> and the textbook forms it names): bicubic is Keys' with
/// a = −0.5, Lanczos has three lobes.
/// </summary>
internal static class ResampleKernel
{
    private const double Keys = -0.5;

    /// <summary>Half the width of the filter, in source pixels at scale 1.</summary>
    public static double Support(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Box => 0.5,
        ResampleFilter.Bilinear or ResampleFilter.Hamming => 1,
        ResampleFilter.Bicubic => 2,
        ResampleFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No filter with weights."),
    };

    public static double Weight(ResampleFilter filter, double x) => filter switch
    {
        ResampleFilter.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
        ResampleFilter.Bilinear => Math.Max(0, 1 - Math.Abs(x)),
        ResampleFilter.Hamming => Math.Abs(x) >= 1 ? 0 : Sinc(x) * (0.54 + (0.46 * Math.Cos(Math.PI * x))),
        ResampleFilter.Bicubic => Cubic(Math.Abs(x)),
        ResampleFilter.Lanczos => Math.Abs(x) >= 3 ? 0 : Sinc(x) * Sinc(x / 3),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No filter with weights."),
    };

    private static double Cubic(double x) => x switch
    {
        < 1 => ((((Keys + 2) * x) - (Keys + 3)) * x * x) + 1,
        < 2 => ((((x - 5) * x) + 8) * x * Keys) - (4 * Keys),
        _ => 0,
    };

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}

using ClipOrleans.Clip.Images;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Tests.Corpora;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>Bytes that should be an image: known by their first bytes, checked by their header, decoded, reduced, and made a thumbnail of.</summary>
internal sealed class ImagesTarget : FuzzTarget
{
    private const int Side = 32;
    private static readonly ImageLimits Limits = new() { MaxBytes = 6_000, MaxPixels = 250_000, MaxSide = 4_000, DecodingMemory = 64L << 20 };
    private static readonly ImagePipeline Pipeline = new(Limits);
    private static readonly ImageInputSpec Spec = new(Side, Side, ResizeRule.ShortestEdge, Side, ResampleFilter.Bicubic);

    public override string Name => "images";

    public override string Promise => "pixels and a thumbnail, or a reason that is the sender's to put right; nothing above the limits";

    public override int MaxLength => 6_500;

    public override int ShortRun => 1_200;

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. HostileImages.All.Where(image => image.Bytes.Length < 4_000).Select(image => image.Bytes)];

    public override IReadOnlyList<string> Dictionary { get; } =
        ["IHDR", "IDAT", "IEND", "PLTE", "tRNS", "iCCP", "eXIf", "acTL", "RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ANMF", "ICCP", "EXIF", "GIF89a", "BM", "II*\0", "MM\0*", "ftypavif", "meta", "iloc", "ispe", "Exif\0\0", "ICC_PROFILE\0"];

    /// <summary>Pixels are not on this heap; the JPEG of the thumbnail and the model's input are.</summary>
    public override long MayAllocate(int length) => 8L << 20;

    public override string Run(byte[] input)
    {
        var outcome = Pipeline.Prepare(input, Spec, ThumbnailMode.Small);
        if (outcome.Error is { } error)
        {
            BrokenPromiseException.Unless(Enum.IsDefined(error.Fault) && error.Fault != ImageFault.None && error.Message.Length is > 0 and < 2_000, $"a refusal without a reason: {error.Fault}");
            return $"{error.Fault} {new string([.. error.Message.Take(60).Where(char.IsLetter)])}";
        }

        var image = outcome.Image!;
        BrokenPromiseException.Unless(input.Length <= Limits.MaxBytes, "an image of more bytes than are allowed");
        BrokenPromiseException.Unless((long)image.Width * image.Height <= Limits.MaxPixels && Math.Max(image.Width, image.Height) <= Limits.MaxSide && image.Width > 0 && image.Height > 0, $"an image beyond its limits: {image.Width} × {image.Height}");
        BrokenPromiseException.Unless(image.Pixels.Length == Spec.PixelBytes && image.Thumbnail is { Bytes.Length: > 0 }, "an image without pixels or thumbnail");
        return $"{image.Format} {image.Width * 4 / image.Height}";
    }
}

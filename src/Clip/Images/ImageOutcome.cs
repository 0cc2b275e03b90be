using System.Diagnostics.CodeAnalysis;

namespace ClipOrleans.Clip.Images;

/// <summary>Either a prepared image or the reason why there is none.</summary>
public sealed class ImageOutcome
{
    private ImageOutcome(PreparedImage? image, ImageError? error) => (Image, Error) = (image, error);

    public PreparedImage? Image { get; }

    public ImageError? Error { get; }

    [MemberNotNullWhen(true, nameof(Image))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Image is not null;

    internal static ImageOutcome Of(PreparedImage image) => new(image, null);

    internal static ImageOutcome Refused(ImageError error) => new(null, error);
}

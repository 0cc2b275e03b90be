using System.Runtime.InteropServices;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// Pixels in native memory: RGB bytes, row by row, no padding, as stored (not turned upright), possibly already reduced by a whole
/// factor from the source.
/// </summary>
internal sealed unsafe class DecodedImage : IDisposable
{
    private readonly Action<nint> _free;
    private nint _pixels;

    private DecodedImage(nint pixels, int width, int height, Action<nint> free) => (_pixels, Width, Height, _free) = (pixels, width, height, free);

    ~DecodedImage() => Free();

    /// <summary>Columns here.</summary>
    public int Width { get; }

    /// <summary>Rows here.</summary>
    public int Height { get; }

    public required ImageFormat Format { get; init; }

    /// <summary>Columns of the source, as stored.</summary>
    public required int SourceWidth { get; init; }

    /// <summary>Rows of the source, as stored.</summary>
    public required int SourceHeight { get; init; }

    /// <summary>By how much the pixels here were reduced from the source; 1 if they weren't.</summary>
    public required int Reduction { get; init; }

    public required Orientation Orientation { get; init; }

    /// <summary>The encoded bytes hold nothing but one upright picture: no EXIF, XMP, IPTC, colour profile or second frame.</summary>
    public required bool IsPlain { get; init; }

    public byte* Pixels => _pixels != 0 ? (byte*)_pixels : throw new ObjectDisposedException(nameof(DecodedImage));

    /// <summary>Takes over memory that <paramref name="free"/> gives back.</summary>
    public static DecodedImage Own(nint pixels, int width, int height, Action<nint> free, ImageFormat format, int sourceWidth, int sourceHeight, int reduction, Orientation orientation, bool plain) =>
        new(pixels, width, height, free)
        {
            Format = format,
            SourceWidth = sourceWidth,
            SourceHeight = sourceHeight,
            Reduction = reduction,
            Orientation = orientation,
            IsPlain = plain,
        };

    /// <summary>New memory, not cleared.</summary>
    public static nint Allocate(int width, int height) => (nint)NativeMemory.Alloc((nuint)width * (nuint)height * 3);

    public static void Release(nint pixels) => NativeMemory.Free((void*)pixels);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        var pixels = Interlocked.Exchange(ref _pixels, 0);
        if (pixels != 0)
            _free(pixels);
    }
}

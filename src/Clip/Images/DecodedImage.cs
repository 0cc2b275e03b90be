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

    /// <summary>Takes over the memory at <paramref name="pixels"/>, which <paramref name="free"/> gives back.</summary>
    public DecodedImage(ImageHeader source, nint pixels, int width, int height, int reduction, Action<nint> free)
    {
        (Source, _pixels, Width, Height, Reduction) = (source, pixels, width, height, reduction);
        _free = free;
    }

    ~DecodedImage() => Free();

    /// <summary>What the pixels came from.</summary>
    public ImageHeader Source { get; }

    /// <summary>Columns here.</summary>
    public int Width { get; }

    /// <summary>Rows here.</summary>
    public int Height { get; }

    /// <summary>By how much the pixels here were reduced from the source; 1 if they weren't.</summary>
    public int Reduction { get; }

    public byte* Pixels => _pixels != 0 ? (byte*)_pixels : throw new ObjectDisposedException(nameof(DecodedImage));

    /// <summary>New memory for the pixels of <paramref name="source"/>, not cleared.</summary>
    public static DecodedImage Allocate(ImageHeader source) =>
        new(source, (nint)NativeMemory.Alloc((nuint)source.Width * (nuint)source.Height * 3), source.Width, source.Height, 1, static p => NativeMemory.Free((void*)p));

    /// <summary>Resamples; along each axis the size of the whole output, and which part of it is wanted.</summary>
    public byte[] Resample(ResampleFilter filter, (int Whole, int From, int Count) columns, (int Whole, int From, int Count) rows)
    {
        var across = ResampleAxis.Plan(Width, (double)Source.Width / Reduction, columns.Whole, columns.From, columns.Count, filter);
        var down = ResampleAxis.Plan(Height, (double)Source.Height / Reduction, rows.Whole, rows.From, rows.Count, filter);
        return Resampler.Run(this, across, down);
    }

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

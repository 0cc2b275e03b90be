using System.Buffers.Binary;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// BMP, which libvips only reads through ImageMagick: 1, 4, 8, 16, 24 and 32 bits a pixel, palettes, bit fields, either way up.
/// Transparency counts only where the header declares it, over white.
/// </summary>
internal static unsafe class BmpReader
{
    public static ImageError? Read(ReadOnlySpan<byte> bytes, ImageLimits limits, Func<ImageHeader, int> plan, out DecodedImage? image)
    {
        image = null;
        if (BmpHeader.Read(bytes, out var header) is { } unreadable)
            return unreadable;
        if (PixelLimits.Check(header.Width, header.Height, limits) is { } tooLarge)
            return tooLarge;
        if (header.PixelOffset + (header.Stride * header.Height) > bytes.Length)
            return BmpHeader.Damaged("ends before its last row");
        var source = new ImageHeader(ImageFormat.Bmp, header.Width, header.Height, default, IsInterlaced: false, IsPlain: true);
        _ = plan(source); // never reduced: a BMP is as large as its pixels anyway
        var decoded = DecodedImage.Allocate(source);
        var palette = Palette(bytes, header);
        for (var y = 0; y < header.Height; y++)
        {
            var row = bytes.Slice(header.PixelOffset + (int)(header.Stride * (header.TopDown ? y : header.Height - 1 - y)), (int)header.Stride);
            var target = new Span<byte>(decoded.Pixels + ((nint)y * header.Width * 3), header.Width * 3);
            if (ReadRow(row, target, header, palette))
                continue;
            decoded.Dispose();
            return BmpHeader.Damaged("uses a colour that its palette does not have");
        }

        image = decoded;
        return null;
    }

    /// <summary>Three bytes (blue, green, red) an entry.</summary>
    private static byte[] Palette(ReadOnlySpan<byte> bytes, BmpHeader header)
    {
        var palette = new byte[header.PaletteCount * 3];
        for (var i = 0; i < header.PaletteCount; i++)
            bytes.Slice(header.PaletteOffset + (i * header.PaletteEntrySize), 3).CopyTo(palette.AsSpan(i * 3));
        return palette;
    }

    private static bool ReadRow(ReadOnlySpan<byte> row, Span<byte> target, BmpHeader header, ReadOnlySpan<byte> palette)
    {
        for (int x = 0, at = 0; x < header.Width; x++, at += 3)
        {
            switch (header.BitsPerPixel)
            {
                case 24:
                    (target[at], target[at + 1], target[at + 2]) = (row[at + 2], row[at + 1], row[at]);
                    break;
                case 16:
                    Masked(BinaryPrimitives.ReadUInt16LittleEndian(row[(x * 2)..]), header.Masks, target.Slice(at, 3));
                    break;
                case 32:
                    Masked(BinaryPrimitives.ReadUInt32LittleEndian(row[(x * 4)..]), header.Masks, target.Slice(at, 3));
                    break;
                default:
                    var bit = x * header.BitsPerPixel;
                    var index = (row[bit / 8] >> (8 - header.BitsPerPixel - (bit % 8))) & ((1 << header.BitsPerPixel) - 1);
                    if (index >= header.PaletteCount)
                        return false;
                    (target[at], target[at + 1], target[at + 2]) = (palette[(index * 3) + 2], palette[(index * 3) + 1], palette[index * 3]);
                    break;
            }
        }

        return true;
    }

    private static void Masked(uint pixel, BmpMasks masks, Span<byte> target)
    {
        var alpha = masks.Alpha == 0 ? 255 : BmpMasks.Channel(pixel, masks.Alpha);
        target[0] = OverWhite(BmpMasks.Channel(pixel, masks.Red), alpha);
        target[1] = OverWhite(BmpMasks.Channel(pixel, masks.Green), alpha);
        target[2] = OverWhite(BmpMasks.Channel(pixel, masks.Blue), alpha);
    }

    private static byte OverWhite(int level, int alpha) => (byte)(((level * alpha) + (255 * (255 - alpha)) + 127) / 255);
}

using System.Buffers.Binary;

namespace ClipOrleans.Clip.Images;

/// <summary>What a BMP says of itself, checked. Only <see cref="BmpReader"/> goes on to the pixels.</summary>
internal readonly record struct BmpHeader(int Width, int Height, bool TopDown, int BitsPerPixel, int PixelOffset, int PaletteOffset, int PaletteEntrySize, int PaletteCount, BmpMasks Masks)
{
    private const int FileHeader = 14;
    private const int CoreHeader = 12;
    private const int InfoHeader = 40;
    private const int AlphaInHeader = 56;

    public long Stride => (((long)Width * BitsPerPixel) + 31) / 32 * 4;

    public static ImageError? Read(ReadOnlySpan<byte> bytes, out BmpHeader header)
    {
        header = default;
        if (bytes.Length < FileHeader + CoreHeader)
            return Damaged("ends inside its header");
        var pixels = BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[FileHeader..]);
        if (!IsHeaderSize(size) || bytes.Length < FileHeader + size)
            return Damaged("ends inside its header");
        var info = bytes.Slice(FileHeader, (int)size);
        var core = size == CoreHeader;
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(info[4..]) : BinaryPrimitives.ReadInt32LittleEndian(info[4..]);
        long height = core ? BinaryPrimitives.ReadUInt16LittleEndian(info[6..]) : BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(info[(core ? 10 : 14)..]);
        var compression = core ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(info[16..]);
        var used = core ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(info[32..]);
        if (compression is 1 or 2)
            return new ImageError(ImageFault.FormatNotAllowed, "Run-length compressed BMP is not accepted: save the image as PNG.");
        if (width <= 0 || height == 0 || height == int.MinValue || bits is not (1 or 4 or 8 or 16 or 24 or 32) || compression is not (0 or 3 or 6) || (compression != 0 && bits is not (16 or 32)))
            return Damaged($"declares {width} × {height} pixels of {bits} bits with compression {compression}");
        var after = FileHeader + (int)size;
        BmpMasks masks = bits == 16 ? BmpMasks.Usual16 : BmpMasks.Usual32;
        if (compression != 0)
        {
            // The masks stand in the larger headers, or right behind the small one.
            var behind = size == InfoHeader ? (compression == 6 ? 16 : 12) : 0;
            if (bytes.Length < after + behind)
                return Damaged("ends inside its header");
            masks = BmpMasks.Read(bytes.Slice(FileHeader + InfoHeader), alpha: size >= AlphaInHeader || behind == 16);
            if (!masks.AreSound)
                return Damaged("has colour masks that overlap, have gaps or are empty");
            after += behind;
        }

        var entry = core ? 3 : 4;
        var count = bits <= 8 ? (int)Math.Min(used is 0 ? 256 : used, 1u << bits) : 0;
        if (pixels < after || pixels > bytes.Length || after + (count * entry) > bytes.Length)
            return Damaged("has no pixels where its header says");
        header = new BmpHeader((int)width, (int)Math.Abs(height), height < 0, bits, (int)pixels, after, entry, count, masks);
        return null;
    }

    /// <summary>The sizes an info header can have.</summary>
    public static bool IsHeaderSize(uint size) => size is CoreHeader or InfoHeader or 52 or AlphaInHeader or 64 or 108 or 124;

    public static ImageError Damaged(string what) => new(ImageFault.Undecodable, $"The BMP {what}: send the whole, undamaged file.");
}

/// <summary>Which bits of a pixel are which channel.</summary>
internal readonly record struct BmpMasks(uint Red, uint Green, uint Blue, uint Alpha)
{
    public static BmpMasks Usual16 { get; } = new(0x7C00, 0x03E0, 0x001F, 0);

    public static BmpMasks Usual32 { get; } = new(0xFF0000, 0xFF00, 0xFF, 0);

    public bool AreSound =>
        Red != 0 && Green != 0 && Blue != 0 && (Red & Green) == 0 && (Red & Blue) == 0 && (Green & Blue) == 0 && ((Red | Green | Blue) & Alpha) == 0
        && IsRun(Red) && IsRun(Green) && IsRun(Blue) && (Alpha == 0 || IsRun(Alpha));

    public static BmpMasks Read(ReadOnlySpan<byte> bytes, bool alpha) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        alpha ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) : 0);

    /// <summary>A channel of <paramref name="pixel"/>, scaled to 0 … 255.</summary>
    public static int Channel(uint pixel, uint mask)
    {
        var shift = System.Numerics.BitOperations.TrailingZeroCount(mask);
        var most = (ulong)mask >> shift;
        return (int)(((((ulong)(pixel & mask)) >> shift) * 255 + (most / 2)) / most);
    }

    private static bool IsRun(uint mask)
    {
        var run = mask >> System.Numerics.BitOperations.TrailingZeroCount(mask);
        return (run & (run + 1)) == 0;
    }
}

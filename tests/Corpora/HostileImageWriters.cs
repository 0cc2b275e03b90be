using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ClipOrleans.Tests.Corpora;

/// <summary>Writes images of the simple formats byte by byte, so that any field can be made to lie.</summary>
internal static class HostileImageWriters
{
    /// <summary>24 × 16 pixels, left half red, right half blue, three bytes each.</summary>
    public static byte[] Picture(int width = 24, int height = 16)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
            ((i % width) < width / 2 ? [230, 20, 30] : (ReadOnlySpan<byte>)[20, 40, 200]).CopyTo(pixels.AsSpan(i * 3));
        return pixels;
    }

    public static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Big32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Little32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Little16(int value) => [(byte)value, (byte)(value >> 8)];

    public static byte[] Zlib(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(content);
        return stream.ToArray();
    }

    /// <summary>A PNG of these chunks after its header.</summary>
    public static byte[] Png(uint width, uint height, byte depth, byte colour, params byte[][] chunks) => Concat(
        [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], PngChunk("IHDR", [.. Big32(width), .. Big32(height), depth, colour, 0, 0, 0]), .. chunks, PngChunk("IEND", [])]);

    public static byte[] PngChunk(string type, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
        return Concat(Big32((uint)content.Length), named, Big32(Crc32(named)));
    }

    /// <summary>The picture as 8-bit RGB PNG, with extra chunks before its pixels.</summary>
    public static byte[] PicturePng(params byte[][] before)
    {
        var pixels = Picture();
        var rows = new byte[16 * (1 + (24 * 3))];
        for (var y = 0; y < 16; y++)
            pixels.AsSpan(y * 72, 72).CopyTo(rows.AsSpan((y * 73) + 1));
        return Png(24, 16, 8, 2, [.. before, PngChunk("IDAT", Zlib(rows))]);
    }

    /// <summary>A BMP with its 40-byte header; <paramref name="pixels"/> follow as given.</summary>
    public static byte[] Bmp(int width, int height, int bits, int compression, uint pixelOffset, byte[] afterHeader, byte[] pixels) => Concat(
        [.. "BM"u8],
        Little32((uint)(54 + afterHeader.Length + pixels.Length)),
        new byte[4],
        Little32(pixelOffset),
        Little32(40),
        Little32((uint)width),
        Little32((uint)height),
        Little16(1),
        Little16(bits),
        Little32((uint)compression),
        new byte[20],
        afterHeader,
        pixels);

    public static byte[] PictureBmp()
    {
        var pixels = Picture();
        for (var i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
        return Bmp(24, -16, 24, 0, 54, [], pixels);
    }

    /// <summary>A GIF of one frame with two colours; <paramref name="data"/> are its LZW codes.</summary>
    public static byte[] Gif(int screenWidth, int screenHeight, int frameWidth, int frameHeight, byte[] data) => Concat(
        [.. "GIF89a"u8],
        Little16(screenWidth),
        Little16(screenHeight),
        [0x80, 0, 0, 230, 20, 30, 20, 40, 200],
        [0x2C, 0, 0, 0, 0],
        Little16(frameWidth),
        Little16(frameHeight),
        [0, 2],
        [.. data.Chunk(255).SelectMany(c => c.Prepend((byte)c.Length))],
        [0, 0x3B]);

    /// <summary>Codes for <paramref name="count"/> pixels of colour 0, never longer than three bits because the table is cleared all the time.</summary>
    public static byte[] GifCodes(int count)
    {
        var bits = new List<bool>();
        void Add(int code)
        {
            for (var i = 0; i < 3; i++)
                bits.Add((code >> i & 1) == 1);
        }

        for (var i = 0; i < count; i++)
        {
            if (i % 2 == 0)
                Add(4);
            Add(0);
        }

        Add(5);
        var bytes = new byte[(bits.Count + 7) / 8];
        for (var i = 0; i < bits.Count; i++)
            bytes[i / 8] |= (byte)((bits[i] ? 1 : 0) << (i % 8));
        return bytes;
    }

    /// <summary>A little-endian TIFF of one directory; entries are (tag, type, count, value).</summary>
    public static byte[] Tiff(byte[] pixels, uint next, params (int Tag, int Type, uint Count, uint Value)[] entries) => Concat(
        [.. "II"u8, 42, 0],
        Little32((uint)(8 + pixels.Length)),
        pixels,
        Little16(entries.Length),
        [.. entries.SelectMany(e => Concat(Little16(e.Tag), Little16(e.Type), Little32(e.Count), Little32(e.Value)))],
        Little32(next));

    /// <summary>An 8-bit grey TIFF that declares this size and has these pixels in one strip.</summary>
    public static byte[] GreyTiff(uint width, uint height, byte[] pixels, uint next = 0, params (int Tag, int Type, uint Count, uint Value)[] instead)
    {
        (int Tag, int Type, uint Count, uint Value)[] usual =
        [
            (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, (uint)pixels.Length),
        ];
        return Tiff(pixels, next, [.. usual.Where(u => instead.All(i => i.Tag != u.Tag)).Concat(instead).OrderBy(e => e.Tag)]);
    }

    public static byte[] Riff(params byte[][] chunks)
    {
        var content = Concat(chunks);
        return Concat([.. "RIFF"u8], Little32((uint)content.Length + 4), [.. "WEBP"u8], content);
    }

    public static byte[] RiffChunk(string type, byte[] content) => Concat(Encoding.ASCII.GetBytes(type), Little32((uint)content.Length), content, content.Length % 2 == 0 ? [] : [0]);

    /// <summary>A JPEG segment with its marker and length.</summary>
    public static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    /// <summary>Puts <paramref name="segments"/> right after the start of <paramref name="jpeg"/>.</summary>
    public static byte[] WithSegments(byte[] jpeg, params byte[][] segments) => Concat(jpeg[..2], Concat(segments), jpeg[2..]);

    /// <summary>The JPEG with another size in its frame header.</summary>
    public static byte[] WithSize(byte[] jpeg, int width, int height)
    {
        var copy = jpeg.ToArray();
        for (var at = 2; ; at += 2 + ((copy[at + 2] << 8) | copy[at + 3]))
        {
            if (copy[at + 1] is not (0xC0 or 0xC1 or 0xC2))
                continue;
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 5), (ushort)height);
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 7), (ushort)width);
            return copy;
        }
    }

    /// <summary>An EXIF block with one directory entry: the orientation.</summary>
    public static byte[] Exif(uint orientation, int type = 3, uint count = 1, uint next = 0) =>
        Concat([.. "Exif"u8, 0, 0], Tiff([], next, (0x0112, type, count, orientation)));

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++)
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }

        return ~crc;
    }
}

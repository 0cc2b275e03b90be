using System.Buffers.Binary;
using System.Text;
using static ClipOrleans.Tests.Corpora.HostileImageWriters;

namespace ClipOrleans.Tests.Corpora;

/// <summary>What must come of a hostile image.</summary>
public enum HostileOutcome
{
    None = 0,

    /// <summary>It is no image that anybody should accept: refused as the sender's mistake.</summary>
    Refused = 1,

    /// <summary>Damaged or strange in a way that a decoder may or may not mind: refused or accepted, nothing worse.</summary>
    Any = 2,
}

/// <summary>Bytes that somebody may send as an image, what they call it, and what must come of it.</summary>
public sealed record HostileImage(string Name, string ContentType, byte[] Bytes, HostileOutcome Outcome)
{
    public override string ToString() => Name;
}

/// <summary>
/// More than 200 images that are none, lie, or are damaged, made by code: truncations, declared sizes of 60,000 × 60,000, wrong magic,
/// other files called images, metadata bombs, directories that go in circles, flipped bits (seeded).
/// </summary>
public static class HostileImages
{
    private const int Bomb = 60_000;

    private const int Seed = 1889;

    private const int FlipsASeed = 12;

    /// <summary>One small good image of each kind, 24 × 16 pixels.</summary>
    public static IReadOnlyList<HostileImage> Valid { get; } =
    [
        Good("baseline.jpg", "image/jpeg", HostileImageSeeds.BaselineJpeg),
        Good("progressive.jpg", "image/jpeg", HostileImageSeeds.ProgressiveJpeg),
        Good("cmyk.jpg", "image/jpeg", HostileImageSeeds.CmykJpeg),
        Good("rgb.png", "image/png", PicturePng()),
        Good("interlaced.png", "image/png", HostileImageSeeds.InterlacedPng),
        Good("lossy.webp", "image/webp", HostileImageSeeds.LossyWebP),
        Good("lossless.webp", "image/webp", HostileImageSeeds.LosslessWebP),
        Good("animated.webp", "image/webp", HostileImageSeeds.AnimatedWebP),
        Good("plain.gif", "image/gif", Gif(24, 16, 24, 16, GifCodes(24 * 16))),
        Good("animated.gif", "image/gif", HostileImageSeeds.AnimatedGif),
        Good("rgb.bmp", "image/bmp", PictureBmp()),
        Good("grey.tif", "image/tiff", GreyTiff(24, 16, new byte[24 * 16])),
        Good("lzw.tif", "image/tiff", HostileImageSeeds.LzwTiff),
        Good("tiled.tif", "image/tiff", HostileImageSeeds.TiledTiff),
        Good("jpeg.tif", "image/tiff", HostileImageSeeds.JpegTiff),
        Good("a.avif", "image/avif", HostileImageSeeds.Avif),
    ];

    public static IReadOnlyList<HostileImage> All { get; } =
        [.. Truncated(), .. Bombs(), .. OtherFiles(), .. WrongMagic(), .. Metadata(), .. Contradictions(), .. Flipped()];

    private static HostileImage Good(string name, string type, byte[] bytes) => new(name, type, bytes, HostileOutcome.None);

    private static IEnumerable<HostileImage> Truncated()
    {
        foreach (var seed in Valid)
        {
            foreach (var eighth in Enumerable.Range(0, 8))
            {
                var length = Math.Max(1, seed.Bytes.Length * eighth / 8);

                // A third of a file holds no whole picture, except the first of an animation's; what comes later may be padding.
                var hopeless = eighth <= 2 && !seed.Name.StartsWith("animated", StringComparison.Ordinal);
                yield return new HostileImage($"{seed.Name} cut at {length}", seed.ContentType, seed.Bytes[..length], hopeless ? HostileOutcome.Refused : HostileOutcome.Any);
            }

            yield return new HostileImage($"{seed.Name} without its last byte", seed.ContentType, seed.Bytes[..^1], HostileOutcome.Any);
        }
    }

    private static IEnumerable<HostileImage> Bombs()
    {
        HostileImage Refused(string name, string type, byte[] bytes) => new($"{name} of {Bomb} x {Bomb}", type, bytes, HostileOutcome.Refused);
        foreach (var (depth, colour) in new[] { (1, 0), (8, 2), (16, 6), (8, 3) })
            yield return Refused($"png {depth} bit colour {colour}", "image/png", Png(Bomb, Bomb, (byte)depth, (byte)colour, PngChunk("PLTE", new byte[6]), PngChunk("IDAT", Zlib(new byte[1 << 20]))));
        yield return Refused("gif screen", "image/gif", Gif(Bomb, Bomb, Bomb, Bomb, GifCodes(1000)));
        yield return new HostileImage("gif that needs only 8 x 8 of a screen of that size", "image/gif", Gif(Bomb, Bomb, 8, 8, GifCodes(64)), HostileOutcome.Any);
        foreach (var bits in new[] { 1, 4, 8, 16, 24, 32 })
            yield return Refused($"bmp {bits} bit", "image/bmp", Bmp(Bomb, -Bomb, bits, 0, 1078, new byte[1024], new byte[4096]));
        yield return Refused("tiff", "image/tiff", GreyTiff(Bomb, Bomb, new byte[4096]));
        yield return Refused("tiled tiff", "image/tiff", GreyTiff(Bomb, Bomb, new byte[4096], 0, (322, 4, 1, Bomb), (323, 4, 1, Bomb), (324, 4, 1, 8), (325, 4, 1, 4096)));
        yield return Refused("baseline jpeg", "image/jpeg", WithSize(HostileImageSeeds.BaselineJpeg, Bomb, Bomb));
        yield return Refused("progressive jpeg", "image/jpeg", WithSize(HostileImageSeeds.ProgressiveJpeg, Bomb, Bomb));
        yield return Refused("webp canvas", "image/webp", Riff(RiffChunk("VP8X", [0, 0, 0, 0, .. Little32(Bomb - 1)[..3], .. Little32(Bomb - 1)[..3]]), HostileImageSeeds.LosslessWebP[12..]));
        yield return Refused("animated webp canvas", "image/webp", Riff(RiffChunk("VP8X", [2, 0, 0, 0, .. Little32(Bomb - 1)[..3], .. Little32(Bomb - 1)[..3]]), RiffChunk("ANIM", new byte[6])));
        yield return Refused("avif", "image/avif", WithAvifSize(Bomb));
        yield return new HostileImage("webp lossless of 16383 x 16383", "image/webp", Riff(RiffChunk("VP8L", [0x2F, 0xFE, 0xBF, 0xFF, 0x0F, .. new byte[64]])), HostileOutcome.Refused);
        yield return new HostileImage("avif of 2147483647 x 2147483647", "image/avif", WithAvifSize(int.MaxValue), HostileOutcome.Refused);
        yield return new HostileImage("png of 4294967295 x 4294967295", "image/png", Png(uint.MaxValue, uint.MaxValue, 8, 2, PngChunk("IDAT", Zlib(new byte[100]))), HostileOutcome.Refused);
        yield return new HostileImage("png of 0 x 0", "image/png", Png(0, 0, 8, 2, PngChunk("IDAT", Zlib([0]))), HostileOutcome.Refused);
        yield return new HostileImage("png of 60000 x 1, all there", "image/png", Png(Bomb, 1, 8, 0, PngChunk("IDAT", Zlib(new byte[Bomb + 1]))), HostileOutcome.Any);
        yield return new HostileImage("png of 7900 x 8000, 1 bit, all there", "image/png", Png(7900, 8000, 1, 0, PngChunk("IDAT", Zlib(new byte[8000 * 989]))), HostileOutcome.Any);
        yield return new HostileImage("png of 7900 x 8000, 16 bit, nothing there", "image/png", Png(7900, 8000, 16, 6, PngChunk("IDAT", Zlib([0]))), HostileOutcome.Refused);
        yield return new HostileImage("baseline jpeg of 8000 x 8000, little there but its end", "image/jpeg", WithSize(HostileImageSeeds.BaselineJpeg, 8000, 8000), HostileOutcome.Any);
        yield return new HostileImage("baseline jpeg of 8000 x 8000, little there and no end", "image/jpeg", WithSize(HostileImageSeeds.BaselineJpeg, 8000, 8000)[..^2], HostileOutcome.Refused);
        yield return new HostileImage("progressive jpeg of 8000 x 8000 with 2000 scans", "image/jpeg", ManyScans(WithSize(HostileImageSeeds.ProgressiveJpeg, 8000, 8000), 2000), HostileOutcome.Refused);
        yield return new HostileImage("more bytes than any limit", "image/png", PicturePng([.. Enumerable.Repeat(PngChunk("junK", new byte[1 << 20]), 21)]), HostileOutcome.Refused);
    }

    private static IEnumerable<HostileImage> OtherFiles()
    {
        static HostileImage Text(string name, string text) => new(name, "image/jpeg", Encoding.UTF8.GetBytes(text), HostileOutcome.Refused);
        static HostileImage Raw(string name, byte[] bytes) => new(name, "image/jpeg", bytes, HostileOutcome.Refused);
        yield return Raw("zero bytes", []);
        yield return Raw("one byte", [0xFF]);
        yield return Raw("only the magic of a jpeg", [0xFF, 0xD8, 0xFF]);
        yield return Raw("only the magic of a png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        yield return Raw("only the magic of a gif", [.. "GIF89a"u8]);
        yield return Raw("only the magic of a bmp", [.. "BM"u8]);
        yield return Raw("only the magic of a tiff", [.. "II"u8, 42, 0]);
        yield return Raw("only the magic of a webp", [.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WEBP"u8]);
        yield return Raw("only the magic of an avif", [0, 0, 0, 16, .. "ftypavif"u8, 0, 0, 0, 0]);
        yield return Raw("a thousand zeros", new byte[1000]);
        yield return Raw("a thousand ones", [.. Enumerable.Repeat((byte)0xFF, 1000)]);
        yield return Raw("noise", Noise(5000));
        yield return Text("svg", "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'><rect width='10' height='10' fill='red'/></svg>");
        yield return Text("svg with a declaration", "<?xml version='1.0'?>\n<!-- a comment -->\n<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>");
        yield return Text("svg with an entity bomb", "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><svg xmlns='http://www.w3.org/2000/svg'>&b;</svg>");
        yield return Text("svg after a byte order mark", "\uFEFF<svg xmlns='http://www.w3.org/2000/svg'/>");
        yield return Text("html", "<!DOCTYPE html><html><head><title>Log in</title></head><body><script>alert(1)</script></body></html>");
        yield return Text("html without doctype", "<html><body>404 Not Found</body></html>");
        yield return Text("json", "{\"error\":\"not found\"}");
        yield return Text("plain text", "this is not an image");
        yield return Text("a url", "http://169.254.169.254/latest/meta-data/");
        yield return Text("a shell script", "#!/bin/sh\nrm -rf /\n");
        yield return Text("pdf", "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF");
        yield return Text("postscript", "%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file");
        yield return Text("imagemagick script", "push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://example.com/image.jpg\"|ls \"-la)'\npop graphic-context");
        yield return Text("netpbm", "P3\n2 2\n255\n255 0 0 0 255 0 0 0 255 1 1 1\n");
        yield return Text("radiance", "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\x01\x01\x01\x01");
        yield return Text("x pixmap", "/* XPM */\nstatic char *x[] = {\"1 1 1 1\", \"a c #000000\", \"a\"};");
        yield return Text("csv matrix", "1,2,3\n4,5,6\n");
        yield return Raw("zip", [.. "PK"u8, 3, 4, .. new byte[100]]);
        yield return Raw("gzip", [0x1F, 0x8B, 8, 0, .. new byte[100]]);
        yield return Raw("elf", [0x7F, .. "ELF"u8, 2, 1, 1, .. new byte[100]]);
        yield return Raw("mp4", [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isomiso2"u8, .. new byte[100]]);
        yield return Raw("heic", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[100]]);
        yield return Raw("jpeg xl", [0xFF, 0x0A, .. new byte[100]]);
        yield return Raw("jpeg 2000", [0, 0, 0, 12, .. "jP  "u8, 0x0D, 0x0A, 0x87, 0x0A, .. new byte[100]]);
        yield return Raw("photoshop", [.. "8BPS"u8, 0, 1, .. new byte[100]]);
        yield return Raw("icon", [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, .. new byte[100]]);
        yield return Raw("exr", [0x76, 0x2F, 0x31, 0x01, 2, 0, 0, 0, .. new byte[100]]);
        yield return Raw("fits", [.. Encoding.ASCII.GetBytes("SIMPLE  =                    T".PadRight(2880))]);
        yield return Raw("libvips", [0xB6, 0xA6, 0xF2, 0x08, .. new byte[100]]);
        yield return Raw("bigtiff", [.. "II"u8, 43, 0, 8, 0, 0, 0, 16, .. new byte[100]]);
    }

    private static IEnumerable<HostileImage> WrongMagic()
    {
        foreach (var (head, body) in Valid.Zip(Valid.Skip(4).Concat(Valid.Take(4))).Where(p => p.First.ContentType != p.Second.ContentType))
            yield return new HostileImage($"start of {head.Name}, rest of {body.Name}", head.ContentType, [.. head.Bytes[..12], .. body.Bytes[12..]], HostileOutcome.Refused);
        foreach (var seed in Valid)
            yield return new HostileImage($"{seed.Name} with its first byte wrong", seed.ContentType, [(byte)(seed.Bytes[0] ^ 0x55), .. seed.Bytes[1..]], seed.Name.EndsWith("avif", StringComparison.Ordinal) ? HostileOutcome.Any : HostileOutcome.Refused);
    }

    private static IEnumerable<HostileImage> Metadata()
    {
        var jpeg = HostileImageSeeds.BaselineJpeg;
        HostileImage Jpeg(string name, params byte[][] segments) => new($"jpeg with {name}", "image/jpeg", WithSegments(jpeg, segments), HostileOutcome.Any);
        HostileImage PngWith(string name, params byte[][] chunks) => new($"png with {name}", "image/png", PicturePng(chunks), HostileOutcome.Any);
        var full = new byte[65_000];
        yield return Jpeg("19 MB of exif", [.. Enumerable.Repeat(Segment(0xE1, [.. "Exif"u8, 0, 0, .. full]), 300)]);
        yield return Jpeg("12 MB of colour profile", [.. Enumerable.Range(1, 200).Select(i => Segment(0xE2, [.. "ICC_PROFILE"u8, 0, (byte)i, 200, .. full]))]);
        yield return Jpeg("a colour profile of noise", Segment(0xE2, [.. "ICC_PROFILE"u8, 0, 1, 1, .. Noise(3000)]));
        yield return Jpeg("a thousand comments", [.. Enumerable.Repeat(Segment(0xFE, [.. "comment"u8]), 1000)]);
        yield return Jpeg("orientation 99", Segment(0xE1, Exif(99)));
        yield return Jpeg("orientation 0xFFFFFFFF", Segment(0xE1, Exif(uint.MaxValue, type: 4)));
        yield return Jpeg("orientation as text", Segment(0xE1, Exif(0x41414141, type: 2, count: 4)));
        yield return Jpeg("a billion orientations", Segment(0xE1, Exif(0, type: 3, count: 1_000_000_000)));
        yield return Jpeg("an exif directory that goes in circles", Segment(0xE1, Exif(1, next: 8)));
        yield return Jpeg("exif of noise", Segment(0xE1, [.. "Exif"u8, 0, 0, .. Noise(5000)]));
        yield return Jpeg("an xmp packet that never ends", Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/"u8, 0, .. Enumerable.Repeat((byte)'<', 60_000)]));
        yield return PngWith("text of 100 MB once inflated", PngChunk("zTXt", [.. "bomb"u8, 0, 0, .. Zlib(new byte[100_000_000])]));
        yield return PngWith("a profile of 50 MB once inflated", PngChunk("iCCP", [.. "bomb"u8, 0, 0, .. Zlib(new byte[50_000_000])]));
        yield return PngWith("20,000 texts", [.. Enumerable.Repeat(PngChunk("tEXt", [.. "a"u8, 0, .. "b"u8]), 20_000)]);
        yield return PngWith("exif of noise", PngChunk("eXIf", Noise(3000)));
        yield return PngWith("a palette it has no use for", PngChunk("PLTE", new byte[768]));
        yield return PngWith("a critical chunk that nobody knows", PngChunk("BOMB", Noise(100)));
        yield return new HostileImage("gif with 5,000 frames", "image/gif", ManyFrames(5000), HostileOutcome.Any);
    }

    private static IEnumerable<HostileImage> Contradictions()
    {
        static HostileImage Refused(string name, string type, byte[] bytes) => new(name, type, bytes, HostileOutcome.Refused);
        static HostileImage Any(string name, string type, byte[] bytes) => new(name, type, bytes, HostileOutcome.Any);
        yield return Any("tiff directory that goes in circles", "image/tiff", GreyTiff(24, 16, new byte[384], next: 8 + 384));
        yield return Any("tiff with 4 GB strips", "image/tiff", GreyTiff(24, 16, new byte[384], 0, (279, 4, 1, uint.MaxValue)));
        yield return Refused("tiff with pixels beyond its end", "image/tiff", GreyTiff(24, 16, new byte[384], 0, (273, 4, 1, 1_000_000)));
        yield return Refused("tiff with four billion strips", "image/tiff", GreyTiff(24, 16, new byte[384], 0, (273, 4, uint.MaxValue, 8)));
        yield return Any("tiff of 65,535 channels", "image/tiff", GreyTiff(24, 16, new byte[384], 0, (277, 3, 1, 65_535)));
        yield return Any("tiff of 5 channels", "image/tiff", GreyTiff(24, 3, new byte[384], 0, (277, 3, 1, 5)));
        yield return Any("tiff of 64 bit samples", "image/tiff", GreyTiff(24, 2, new byte[384], 0, (258, 3, 1, 64)));
        yield return Refused("tiff of tiles without width", "image/tiff", GreyTiff(24, 16, new byte[384], 0, (322, 4, 1, 0), (323, 4, 1, 0), (324, 4, 1, 8), (325, 4, 1, 384)));
        yield return Refused("tiff with an unknown compression", "image/tiff", GreyTiff(24, 16, new byte[384], 0, (259, 3, 1, 60_000)));
        yield return Refused("tiff without width", "image/tiff", Tiff(new byte[8], 0, (257, 4, 1, 1)));
        yield return Refused("tiff whose directory is beyond its end", "image/tiff", [.. "II"u8, 42, 0, .. Little32(1_000_000)]);
        yield return Refused("bmp with more rows than bytes", "image/bmp", Bmp(24, 4000, 24, 0, 54, [], new byte[1152]));
        yield return Refused("bmp of the least height", "image/bmp", Bmp(24, int.MinValue, 24, 0, 54, [], new byte[1152]));
        yield return Refused("bmp of negative width", "image/bmp", Bmp(-24, 16, 24, 0, 54, [], new byte[1152]));
        yield return Refused("bmp of 7 bits", "image/bmp", Bmp(24, 16, 7, 0, 54, [], new byte[1152]));
        yield return Refused("bmp with its pixels in its header", "image/bmp", Bmp(24, 16, 24, 0, 20, [], new byte[1152]));
        yield return Refused("bmp with its pixels far away", "image/bmp", Bmp(24, 16, 24, 0, 0xFFFFFFF0, [], new byte[1152]));
        yield return Refused("bmp with empty masks", "image/bmp", Bmp(24, 16, 32, 3, 66, new byte[12], new byte[1536]));
        yield return Refused("bmp, run-length compressed", "image/bmp", Bmp(24, 16, 8, 1, 1078, new byte[1024], [24, 0, 0, 1]));
        yield return Refused("bmp with colours that its palette lacks", "image/bmp", PaletteTooShort());
        yield return Refused("webp that holds nothing", "image/webp", Riff());
        yield return Refused("webp with an empty picture", "image/webp", Riff(RiffChunk("VP8 ", [])));
        yield return Any("webp that says it is longer", "image/webp", [.. "RIFF"u8, .. Little32(uint.MaxValue - 8), .. HostileImageSeeds.LossyWebP[8..]]);
        yield return Any("gif with codes that are not there yet", "image/gif", Gif(24, 16, 24, 16, [.. Enumerable.Repeat((byte)0xFF, 200)]));
        yield return Refused("gif without a frame", "image/gif", [.. "GIF89a"u8, 24, 0, 16, 0, 0, 0, 0, 0x3B]);
        yield return Any("gif with a frame beyond its screen", "image/gif", Gif(24, 16, 2000, 2000, GifCodes(384)));
        yield return Refused("png whose pixels come before its header", "image/png", [.. PicturePng()[..8], .. PngChunk("IDAT", Zlib(new byte[100])), .. PicturePng()[8..]]);
        yield return Refused("png without pixels", "image/png", Png(24, 16, 8, 2));
        yield return Refused("png with a palette and no palette", "image/png", Png(24, 16, 8, 3, PngChunk("IDAT", Zlib(new byte[25 * 16]))));
        yield return Refused("png of 3 bits", "image/png", Png(24, 16, 3, 2, PngChunk("IDAT", Zlib(new byte[73 * 16]))));
        yield return Refused("png with half its rows", "image/png", Png(24, 16, 8, 2, PngChunk("IDAT", Zlib(new byte[73 * 8]))));
        yield return Any("jpeg that is a thousand jpegs", "image/jpeg", Concat([.. Enumerable.Repeat(HostileImageSeeds.BaselineJpeg, 1000)]));
        yield return Any("jpeg that is a page too", "image/jpeg", [.. HostileImageSeeds.BaselineJpeg, .. "<script>alert(1)</script>"u8]);
    }

    private static IEnumerable<HostileImage> Flipped()
    {
        var random = new Random(Seed);
        foreach (var seed in Valid)
        {
            for (var i = 0; i < FlipsASeed; i++)
            {
                var bytes = seed.Bytes.ToArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                yield return new HostileImage($"{seed.Name} with flipped bits, {i}", seed.ContentType, bytes, HostileOutcome.Any);
            }
        }
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(Seed).NextBytes(bytes);
        bytes[0] = 0x11; // no format begins so
        return bytes;
    }

    private static byte[] ManyScans(byte[] progressive, int count)
    {
        var start = progressive.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        var scan = progressive[start..^2];
        return Concat([progressive[..^2], .. Enumerable.Repeat(scan, count), progressive[^2..]]);
    }

    private static byte[] ManyFrames(int count)
    {
        var one = Gif(24, 16, 24, 16, GifCodes(24 * 16));
        var frame = one[19..^1];
        return Concat([one[..^1], .. Enumerable.Repeat(frame, count - 1), one[^1..]]);
    }

    private static byte[] PaletteTooShort()
    {
        var bmp = Bmp(24, 16, 8, 0, 62, new byte[8], [.. Enumerable.Repeat((byte)200, 24 * 16)]);
        BinaryPrimitives.WriteUInt32LittleEndian(bmp.AsSpan(46), 2);
        return bmp;
    }

    /// <summary>The AVIF with another size in its property of that name.</summary>
    private static byte[] WithAvifSize(int side)
    {
        var bytes = HostileImageSeeds.Avif;
        var at = bytes.AsSpan().IndexOf("ispe"u8) + 8;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), side);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + 4), side);
        return bytes;
    }
}

using System.Buffers.Binary;
using System.Text;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// Tells an image's format by its first bytes, so that no decoder ever guesses: what is not recognised here goes nowhere. What the sender
/// calls the bytes (a media type, a file name) is not asked.
/// </summary>
internal static class FormatSniffer
{
    public const string Accepted = "JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are accepted";

    /// <summary>Enough for any XML declaration, comment or byte order mark before the first element.</summary>
    private const int TextWindow = 512;

    private static readonly string[] HeicBrands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"];

    public static ImageError? Sniff(ReadOnlySpan<byte> bytes, out ImageFormat format)
    {
        format = Known(bytes);
        if (format != ImageFormat.Unknown)
            return null;
        if (bytes.IsEmpty)
            return new ImageError(ImageFault.Empty, "The image has no bytes.");
        return Refused(bytes) is { } name
            ? new ImageError(ImageFault.FormatNotAllowed, $"{name} images are not accepted: {Accepted}.")
            : new ImageError(ImageFault.UnknownFormat, $"{NotAnImage(bytes)}: {Accepted}.");
    }

    private static ImageFormat Known(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
            return ImageFormat.WebP;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x49, 0x49, 0x2A, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[0x4D, 0x4D, 0, 0x2A]))
            return ImageFormat.Tiff;
        if (bytes.Length >= 18 && bytes.StartsWith("BM"u8) && BmpHeader.IsHeaderSize(BinaryPrimitives.ReadUInt32LittleEndian(bytes[14..])))
            return ImageFormat.Bmp;
        return Brands(bytes).Exists(b => b is "avif" or "avis") ? ImageFormat.Avif : ImageFormat.Unknown;
    }

    private static string? Refused(ReadOnlySpan<byte> bytes)
    {
        if (Brands(bytes).Exists(b => HeicBrands.Contains(b)))
            return "HEIC";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]))
            return "JPEG XL";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]))
            return "JPEG 2000";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x49, 0x49, 0x2B, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[0x4D, 0x4D, 0, 0x2B]))
            return "BigTIFF";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 2, 0]))
            return "Icon";
        if (bytes.StartsWith("8BPS"u8))
            return "Photoshop";
        return Text(bytes).Contains("<svg", StringComparison.OrdinalIgnoreCase) ? "SVG" : null;
    }

    private static string NotAnImage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("%PDF"u8))
            return "This is a PDF document, not an image";
        var text = Text(bytes).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? "This is an HTML page, not an image"
            : "The first bytes are of no known image format";
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes[..Math.Min(TextWindow, bytes.Length)]).Replace("\u00EF\u00BB\u00BF", "\uFEFF", StringComparison.Ordinal);

    /// <summary>The brands of an ISO base media file (AVIF, HEIC), the major one first; empty for anything else.</summary>
    private static List<string> Brands(ReadOnlySpan<byte> bytes)
    {
        var brands = new List<string>();
        if (bytes.Length < 16 || !bytes[4..].StartsWith("ftyp"u8))
            return brands;
        var end = (int)Math.Min(Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bytes), (uint)bytes.Length), TextWindow);
        for (var at = 8; at + 4 <= end; at += 4)
        {
            if (at != 12) // the minor version
                brands.Add(Encoding.Latin1.GetString(bytes.Slice(at, 4)));
        }

        return brands;
    }
}

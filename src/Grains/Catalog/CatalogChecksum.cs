using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace ClipOrleans.Grains.Catalog;

/// <summary>
/// The checksum of a catalog file, in its first member: XxHash3 of the file's own bytes with zeros in its place. Of the bytes
/// and not of what they say, so that a later version which knows more members finds it right.
/// </summary>
internal static class CatalogChecksum
{
    public const string None = "0000000000000000";

    private static readonly byte[] s_before = "\"checksum\": \""u8.ToArray();

    /// <summary>Puts it where zeros were written.</summary>
    public static void Seal(Span<byte> file)
    {
        var place = PlaceIn(file);
        Encoding.ASCII.GetBytes(Of(file), place);
    }

    /// <summary>Whether the bytes are those that were sealed.</summary>
    public static bool Holds(ReadOnlySpan<byte> file, string checksum)
    {
        var zeroed = file.ToArray();
        var place = PlaceIn(zeroed);
        Encoding.ASCII.GetBytes(None, place);
        return Of(zeroed) == checksum;
    }

    private static string Of(ReadOnlySpan<byte> file) => XxHash3.HashToUInt64(file).ToString("x16", CultureInfo.InvariantCulture);

    private static Span<byte> PlaceIn(Span<byte> file)
    {
        var at = file.IndexOf(s_before);
        return at < 0 || at + s_before.Length + None.Length > file.Length
            ? throw new InvalidDataException("The file has no place for a checksum.")
            : file.Slice(at + s_before.Length, None.Length);
    }
}

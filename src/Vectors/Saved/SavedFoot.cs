using System.Buffers.Binary;
using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Saved;

/// <summary>
/// The last 128 bytes of a rows file, little endian:
/// <code>
///  0  8  "CLIPROWS"        16  4  live rows             24  …  for each section: length 8, checksum 4, zero 4
///  8  4  format version    20  4  declared fields      120  4  zero
/// 12  4  rows                                          124  4  checksum of bytes 0 to 123
/// </code>
/// The sections stand before it, from the beginning of the file, in the order of <see cref="SavedSection"/> and without
/// gaps. Checksums are CRC32C.
/// </summary>
internal sealed record SavedFoot(int Rows, int LiveRows, int Fields)
{
    public const int Bytes = 128;
    public const int Version = 1;
    public const int Sections = 6;

    private const ulong Magic = 0x5357_4F52_5049_4C43; // "CLIPROWS"
    private const int FirstSection = 24;
    private const int SectionBytes = 16;
    private const int CheckedBytes = Bytes - sizeof(uint);

    /// <summary>Length and checksum of each section.</summary>
    public (long Length, uint Checksum)[] Parts { get; } = new (long, uint)[Sections];

    public void Write(Stream stream)
    {
        Span<byte> foot = stackalloc byte[Bytes];
        foot.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(foot, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(foot[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(foot[12..], Rows);
        BinaryPrimitives.WriteInt32LittleEndian(foot[16..], LiveRows);
        BinaryPrimitives.WriteInt32LittleEndian(foot[20..], Fields);
        for (var i = 0; i < Sections; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(foot[(FirstSection + (i * SectionBytes))..], Parts[i].Length);
            BinaryPrimitives.WriteUInt32LittleEndian(foot[(FirstSection + (i * SectionBytes) + sizeof(long))..], Parts[i].Checksum);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(foot[CheckedBytes..], Crc32C.Of(foot[..CheckedBytes]));
        stream.Write(foot);
    }

    /// <exception cref="InvalidDataException">Not a rows file, another version, or damaged.</exception>
    public static SavedFoot Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < Bytes || BinaryPrimitives.ReadUInt64LittleEndian(file[^Bytes..]) != Magic)
            throw new InvalidDataException("These bytes are no rows file.");
        var foot = file[^Bytes..];
        if (BinaryPrimitives.ReadInt32LittleEndian(foot[8..]) is var version && version != Version)
            throw new InvalidDataException($"The rows file has format version {version}, this program reads {Version}.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(foot[CheckedBytes..]) != Crc32C.Of(foot[..CheckedBytes]))
            throw new InvalidDataException("The foot of the rows file is damaged.");
        var read = new SavedFoot(
            BinaryPrimitives.ReadInt32LittleEndian(foot[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(foot[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(foot[20..]));
        var end = 0L;
        for (var i = 0; i < Sections; i++)
        {
            var at = foot[(FirstSection + (i * SectionBytes))..];
            read.Parts[i] = (BinaryPrimitives.ReadInt64LittleEndian(at), BinaryPrimitives.ReadUInt32LittleEndian(at[sizeof(long)..]));
            if (read.Parts[i].Length < 0 || read.Parts[i].Length > file.Length - Bytes - end)
                throw new InvalidDataException("The rows file is cut short.");
            end += read.Parts[i].Length;
        }

        return end == file.Length - Bytes && read.Rows >= read.LiveRows && read.LiveRows >= 0
            ? read
            : throw new InvalidDataException("The rows file is longer than its foot tells.");
    }

    /// <returns>The bytes of a section, whose checksum holds.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public ReadOnlySpan<byte> Section(ReadOnlySpan<byte> file, SavedSection section)
    {
        var start = 0L;
        for (var before = 0; before < (int)section; before++)
            start += Parts[before].Length;
        var bytes = file.Slice((int)start, (int)Parts[(int)section].Length);
        return Crc32C.Of(bytes) == Parts[(int)section].Checksum
            ? bytes
            : throw new InvalidDataException($"The section {section} of the rows file is damaged.");
    }
}

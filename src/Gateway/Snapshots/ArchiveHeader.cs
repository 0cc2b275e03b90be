using System.Text;

namespace ClipOrleans.Gateway.Snapshots;

/// <summary>
/// The 512 bytes in front of a file in a tar archive (POSIX ustar). Plain files with short names are all that a backup
/// holds: what else the format knows, links and extended headers of any length, is refused instead of read.
/// </summary>
internal static class ArchiveHeader
{
    public const int BlockBytes = 512;

    /// <summary>Two blocks of zeros end an archive.</summary>
    public const int EndBytes = 2 * BlockBytes;

    private const int NameBytes = 100;
    private const int ModeAt = 100;
    private const int SizeAt = 124;
    private const int TimeAt = 136;
    private const int SumAt = 148;
    private const int SumBytes = 8;
    private const int TypeAt = 156;
    private const int MagicAt = 257;

    /// <summary>Bytes that a file takes in an archive, with its header.</summary>
    public static long BytesOf(long length) => BlockBytes + length + Padding(length);

    /// <summary>Zeros behind a file, up to the next block.</summary>
    public static int Padding(long length) => (int)((BlockBytes - (length % BlockBytes)) % BlockBytes);

    /// <exception cref="ArgumentException">The name is longer than 100 bytes, or the file than 8 GiB.</exception>
    public static byte[] Write(string name, long length, DateTimeOffset modified)
    {
        var header = new byte[BlockBytes];
        if (Encoding.UTF8.GetByteCount(name) > NameBytes || length >= 1L << 33)
            throw new ArgumentException($"'{name}' of {length} bytes does not fit into an archive.", nameof(name));
        Encoding.UTF8.GetBytes(name, header);
        Octal(header.AsSpan(ModeAt, 8), Convert.ToInt64("644", 8));
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        Octal(header.AsSpan(SizeAt, 12), length);
        Octal(header.AsSpan(TimeAt, 12), modified.ToUnixTimeSeconds());
        header[TypeAt] = (byte)'0';
        "ustar\0"u8.CopyTo(header.AsSpan(MagicAt));
        "00"u8.CopyTo(header.AsSpan(MagicAt + 6));
        Octal(header.AsSpan(SumAt, SumBytes - 1), Sum(header));
        header[SumAt + SumBytes - 1] = (byte)' ';
        return header;
    }

    /// <param name="header">512 bytes.</param>
    /// <param name="entry">The file; its name is null at the end of the archive, and it has no name where something is to be passed over.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? TryRead(ReadOnlySpan<byte> header, out (string? Name, long Length) entry)
    {
        entry = default;
        if (!header.ContainsAnyExcept((byte)0))
            return null;
        if (!header[MagicAt..].StartsWith("ustar"u8) || ReadOctal(header.Slice(SumAt, SumBytes)) != Sum(header))
            return "this is no header of a tar archive, or a damaged one";
        if (ReadOctal(header.Slice(SizeAt, 12)) is not { } length)
            return "a size that is no number";
        var name = header[..NameBytes];
        var end = name.IndexOf((byte)0);
        entry = (Encoding.UTF8.GetString(end < 0 ? name : name[..end]), length);
        return header[TypeAt] switch
        {
            (byte)'0' or 0 => null,
            (byte)'5' when length == 0 => null,
            _ => $"'{entry.Name}' is an entry of the type '{(char)header[TypeAt]}', where only plain files belong",
        };
    }

    public static bool IsDirectory(ReadOnlySpan<byte> header) => header[TypeAt] == (byte)'5';

    private static void Octal(Span<byte> field, long value)
    {
        for (var at = field.Length - 2; at >= 0; at--, value >>= 3)
            field[at] = (byte)('0' + (value & 7));
    }

    private static long? ReadOctal(ReadOnlySpan<byte> field)
    {
        var digits = field.Trim(" \0"u8);
        var value = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return null;
            value = (value << 3) | (uint)(digit - '0');
        }

        return digits.IsEmpty ? null : value;
    }

    /// <summary>The sum of all bytes, with the sum itself taken as spaces.</summary>
    private static long Sum(ReadOnlySpan<byte> header)
    {
        var sum = SumBytes * (long)' ';
        for (var at = 0; at < BlockBytes; at++)
            sum += at is >= SumAt and < SumAt + SumBytes ? 0 : header[at];
        return sum;
    }
}

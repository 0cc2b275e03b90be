using System.Buffers;
using System.Globalization;
using System.IO.Hashing;

namespace ClipOrleans.Storage.Files;

/// <summary>Copies and checksums files of any size in bounded memory. Checksums are XxHash3 (64 bits), as 16 hexadecimal digits.</summary>
internal static class FileCopy
{
    private const int BytesAtOnce = 1 << 20;

    /// <summary>Copies the first bytes of an open file into a new file and forces it.</summary>
    /// <returns>The checksum of what was copied.</returns>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public static string Copy(IDisk disk, IDiskFile from, long length, string to, CancellationToken cancel = default)
    {
        using var target = disk.Open(to);
        target.SetLength(0);
        var checksum = Read(from, length, target, cancel);
        target.Flush();
        return checksum;
    }

    /// <summary>The checksum of the first bytes of a file.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public static string Checksum(IDiskFile file, long length, CancellationToken cancel = default) => Read(file, length, target: null, cancel);

    public static string ToText(XxHash3 hash) => hash.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture);

    private static string Read(IDiskFile from, long length, IDiskFile? target, CancellationToken cancel)
    {
        var hash = new XxHash3();
        var buffer = ArrayPool<byte>.Shared.Rent(BytesAtOnce);
        try
        {
            for (var at = 0L; at < length;)
            {
                cancel.ThrowIfCancellationRequested();
                var some = buffer.AsSpan(0, (int)Math.Min(BytesAtOnce, length - at));
                if (from.Read(some, at) != some.Length)
                    throw new EndOfStreamException($"it ends before byte {length}.");
                hash.Append(some);
                target?.Write(some, at);
                at += some.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return ToText(hash);
    }
}

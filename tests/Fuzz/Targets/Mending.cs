using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Fencing;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>Puts right checksums into forged files, so that what is behind them is looked at.</summary>
internal static class Mending
{
    public static byte[] ShardManifest(byte[] json) => Json(json, static bytes =>
    {
        var document = JsonSerializer.Deserialize(bytes, ManifestJson.Default.ManifestDocument);
        return document is null ? null : (document.Checksum, JsonSerializer.SerializeToUtf8Bytes(document with { Checksum = "" }, ManifestJson.Default.ManifestDocument));
    });

    public static byte[] BackupManifest(byte[] json) => Json(json, static bytes =>
    {
        var document = JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupDocument);
        return document is null ? null : (document.Checksum, JsonSerializer.SerializeToUtf8Bytes(document with { Checksum = "" }, BackupJson.Default.BackupDocument));
    });

    /// <summary>The checksum of a tar header is the sum of its bytes, with spaces in its own place.</summary>
    public static void ArchiveHeader(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in header)
            sum += b;
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
    }

    public static bool IsHeader(ReadOnlySpan<byte> block) => block.Length >= Gateway.Snapshots.ArchiveHeader.BlockBytes && block[257..].StartsWith("ustar"u8);

    private static byte[] Json(byte[] json, Func<byte[], (string Checksum, byte[] Hashed)?> read)
    {
        try
        {
            if (read(json) is not { Checksum.Length: > 0 } document)
                return json;
            var (was, hashed) = document;
            var at = json.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(was));
            return at < 0 ? json : [.. json.AsSpan(0, at), .. Encoding.ASCII.GetBytes(XxHash3.HashToUInt64(hashed).ToString("x16", CultureInfo.InvariantCulture)), .. json.AsSpan(at + Encoding.UTF8.GetByteCount(was))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return json; // What is no manifest at all stays as it is.
        }
    }
}

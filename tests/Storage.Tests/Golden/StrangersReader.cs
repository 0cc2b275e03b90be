using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClipOrleans.Storage.Tests.Golden;

/// <summary>
/// A reader of shards and backups that knows docs/storage-format.md and nothing else: no line of the product is used here.
/// Where it and the product disagree, one of them or the page is wrong.
/// </summary>
internal static partial class StrangersReader
{
    private const int EntryHead = 12;
    private const int RecordHead = 32;

    /// <summary>Every document of a shard's folder, by id: metadata|image URL|text|model|revision|created|updated|vector|image.</summary>
    public static SortedDictionary<string, string> ReadShard(string folder)
    {
        var manifest = ReadChecksummed(Path.Combine(folder, "shard.json"));
        Assert.Equal(1, manifest.GetProperty("format").GetInt32());
        var segmentBits = manifest.GetProperty("segmentSizeBits").GetInt32();
        var pageBytes = 1L << manifest.GetProperty("pageSizeBits").GetInt32();
        var (begin, until, sequence) = ReadMark(Path.Combine(folder, "commit.mark"));
        var log = ReadLog(folder, segmentBits, until);
        var documents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var (number, epoch) = (0L, 0L);
        for (var at = begin; at < until;)
        {
            var length = at / pageBytes * pageBytes + pageBytes - at < EntryHead ? 0 : BinaryPrimitives.ReadInt32LittleEndian(log.AsSpan((int)at + 8));
            if (length == 0)
            {
                at = (at / pageBytes + 1) * pageBytes;
                continue;
            }

            var record = Record(log, at);
            Assert.Equal(1, record[9]);
            Assert.Equal(record.Length - RecordHead, BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(12)));
            Assert.True(BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(16)) >= epoch);
            epoch = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(16));
            Assert.True(number == 0 || BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(24)) == number + 1);
            number = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(24));
            if (record[8] == 1)
                Apply(log, record, documents);
            at += EntryHead + (length + 3) / 4 * 4;
        }

        Assert.Equal(sequence, number);
        return documents;
    }

    /// <summary>Checks every file of a backup against its manifest.</summary>
    /// <returns>The folder of each shard, with how many documents the manifest says it has.</returns>
    public static IEnumerable<(string Folder, long Documents)> ReadBackup(string folder)
    {
        var root = ReadChecksummed(Path.Combine(folder, "backup.json"));
        Assert.Equal(1, root.GetProperty("format").GetInt32());
        foreach (var (number, shard) in root.GetProperty("backup").GetProperty("shards").EnumerateArray().Index())
        {
            var place = Path.Combine(folder, "shards", number.ToString(CultureInfo.InvariantCulture));
            foreach (var file in shard.GetProperty("files").EnumerateArray())
            {
                var bytes = File.ReadAllBytes(Path.Combine(place, file.GetProperty("name").GetString()!));
                Assert.Equal(file.GetProperty("length").GetInt64(), bytes.Length);
                Assert.Equal(file.GetProperty("checksum").GetString(), Checksum(bytes));
            }

            yield return (place, shard.GetProperty("documents").GetInt64());
        }
    }

    private static JsonElement ReadChecksummed(string path)
    {
        var text = File.ReadAllText(path);
        var root = JsonDocument.Parse(text).RootElement;
        Assert.Equal(root.GetProperty("checksum").GetString(), Checksum(Encoding.UTF8.GetBytes(LastChecksum().Replace(text, "\"checksum\": \"\"\n}"))));
        return root;
    }

    private static (long Begin, long Until, long Sequence) ReadMark(string path)
    {
        var bytes = File.ReadAllBytes(path);
        (long Generation, int At) best = (0, -1);
        foreach (var at in (int[])[0, 4096])
        {
            var slot = bytes.AsSpan(at, 64);
            var generation = BinaryPrimitives.ReadInt64LittleEndian(slot[8..]);
            if (slot.StartsWith("LIPMRK01"u8) && BinaryPrimitives.ReadUInt64LittleEndian(slot[56..]) == XxHash3.HashToUInt64(slot[..56]) && generation > best.Generation)
                best = (generation, at);
        }

        Assert.True(best.At >= 0, "no whole slot");
        return (Number(best.At + 32), Number(best.At + 40), Number(best.At + 24));

        long Number(int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
    }

    /// <summary>The segments laid end to end: the golden logs are small.</summary>
    private static byte[] ReadLog(string folder, int segmentBits, long until)
    {
        var log = new byte[until];
        for (var number = 0; (long)number << segmentBits < until; number++)
        {
            var path = Path.Combine(folder, $"log.{number}");
            if (File.Exists(path))
            {
                var bytes = File.ReadAllBytes(path);
                var start = (long)number << segmentBits;
                bytes.AsSpan(0, (int)Math.Min(bytes.Length, until - start)).CopyTo(log.AsSpan((int)start));
            }
        }

        return log;
    }

    private static byte[] Record(byte[] log, long address)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(log.AsSpan((int)address + 8));
        var record = log.AsSpan((int)address + EntryHead, length).ToArray();
        Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(record), XxHash3.HashToUInt64(record.AsSpan(8)));
        return record;
    }

    private static void Apply(byte[] log, byte[] record, SortedDictionary<string, string> documents)
    {
        var at = RecordHead;
        for (var i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(10)); i++)
        {
            var operation = record.AsMemory(at, BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(at + 4)));
            if (record[at] == 2)
                documents.Remove(Encoding.UTF8.GetString(operation.Span.Slice(12, BinaryPrimitives.ReadUInt16LittleEndian(operation.Span[8..]))));
            else if (record[at] == 1)
                Put(log, operation, documents);
            else
                Assert.Equal(3, record[at]);
            at += operation.Length;
        }

        Assert.Equal(record.Length, at);
    }

    private static void Put(byte[] log, ReadOnlyMemory<byte> operation, SortedDictionary<string, string> documents)
    {
        var fixedPart = operation.Span[..56];
        var at = fixedPart.Length;
        var flags = fixedPart[1];
        var created = BinaryPrimitives.ReadInt64LittleEndian(fixedPart[8..]);
        var updated = BinaryPrimitives.ReadInt64LittleEndian(fixedPart[16..]);
        int[] lengths =
        [
            .. new[] { 24, 26, 28, 30 }.Select(field => (int)BinaryPrimitives.ReadUInt16LittleEndian(operation.Span[field..])),
            .. new[] { 32, 36, 40 }.Select(field => BinaryPrimitives.ReadInt32LittleEndian(operation.Span[field..])),
            4 * BinaryPrimitives.ReadInt32LittleEndian(fixedPart[44..]),
            8 * BinaryPrimitives.ReadInt32LittleEndian(fixedPart[52..]),
        ];
        var imageBytes = BinaryPrimitives.ReadInt32LittleEndian(fixedPart[48..]);
        var parts = lengths.Select(Next).ToList();
        Assert.Equal(operation.Length, at);
        documents[Text(parts[0])] = string.Join('|', Text(parts[6]), Text(parts[4]), (flags & 2) != 0 ? Text(parts[5]) : null, Text(parts[1]), Text(parts[2]),
            Time(created), Time(updated), Convert.ToHexString(parts[7].Span), imageBytes == 0 ? "" : Text(parts[3]) + Convert.ToHexString(SHA256.HashData(Image(log, parts[8].ToArray(), imageBytes))));

        ReadOnlyMemory<byte> Next(int length) => operation.Slice((at += length) - length, length);
    }

    private static byte[] Image(byte[] log, byte[] addresses, int length)
    {
        var image = new List<byte>();
        var count = addresses.Length / 8;
        for (var i = 0; i < count; i++)
        {
            var record = Record(log, BinaryPrimitives.ReadInt64LittleEndian(addresses.AsSpan(8 * i)));
            Assert.Equal((2, i, count), (record[8], BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(32)), BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(36))));
            image.AddRange(record[40..]);
        }

        Assert.Equal(length, image.Count);
        return [.. image];
    }

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    private static string Time(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds).ToString("O", CultureInfo.InvariantCulture);

    private static string Checksum(byte[] bytes) => XxHash3.HashToUInt64(bytes).ToString("x16", CultureInfo.InvariantCulture);

    [GeneratedRegex("\"checksum\": \"[0-9a-f]{16}\"\\n\\}$")]
    private static partial Regex LastChecksum();
}

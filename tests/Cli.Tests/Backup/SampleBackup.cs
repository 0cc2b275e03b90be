using System.Formats.Tar;
using System.IO.Hashing;
using System.Text;
using ClipOrleans.Cli.Backup;

namespace ClipOrleans.Cli.Tests.Backup;

/// <summary>A backup of made-up files whose checksums fit.</summary>
internal static class SampleBackup
{
    private static readonly (string Name, byte[] Bytes)[] s_shard =
    [
        ("log.0", [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 >> 2))]),
        ("shard.json", "{}"u8.ToArray()),
        ("commit.mark", new byte[4_160]),
    ];

    public static IReadOnlyList<(string Path, byte[] Bytes)> Files { get; } =
        [(BackupContents.FileName, Manifest()), .. new[] { 0, 1 }.SelectMany(shard => s_shard.Select(file => ($"shards/{shard}/{file.Name}", file.Bytes)))];

    public static byte[] Archive(params IEnumerable<(string Path, byte[] Bytes)> files)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (path, content) in files)
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        }

        return bytes.ToArray();
    }

    private static byte[] Manifest()
    {
        var files = string.Join(",\n", s_shard.Select(file => $$"""        { "name": "{{file.Name}}", "length": {{file.Bytes.Length}}, "checksum": "{{BackupContents.Checksum(XxHash3.HashToUInt64(file.Bytes))}}" }"""));
        var shard = $$"""{ "documents": 21, "sequence": 3, "indexVersion": 1, "files": [{{files}}] }""";
        var text = $$"""
            {
              "format": 1,
              "backup": { "id": "s1", "index": "photos", "shards": [{{shard}}, {{shard}}] },
              "checksum": ""
            }
            """.ReplaceLineEndings("\n");
        var checksum = BackupContents.Checksum(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text)));
        return Encoding.UTF8.GetBytes(text.Replace("\"checksum\": \"\"\n}", $"\"checksum\": \"{checksum}\"\n}}", StringComparison.Ordinal));
    }
}

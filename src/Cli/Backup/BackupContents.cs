using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Backup;

/// <summary>A file that a backup must hold.</summary>
/// <param name="Path">With <c>/</c> between its parts.</param>
/// <param name="Checksum">XxHash3 (64 bits), 16 hexadecimal digits.</param>
internal sealed record BackupFile(string Path, long Length, string Checksum);

/// <summary>What <c>backup.json</c> says, as far as it is needed to look after the files. docs/storage-format.md has the rest.</summary>
internal sealed partial record BackupContents(string Id, string Index, long Documents, IReadOnlyList<BackupFile> Files)
{
    public const string FileName = "backup.json";

    /// <summary>More than any manifest has.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    public long Bytes => Files.Sum(file => file.Length);

    /// <exception cref="CliError">It is no manifest, altered, or of a format that this program does not know.</exception>
    public static BackupContents Parse(byte[] json)
    {
        try
        {
            var text = Encoding.UTF8.GetString(json);
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var format = root.GetProperty("format").GetInt32();
            if (format != 1)
                throw new CliError($"{FileName}: format version {format}; this program knows 1", "Use the clip of the version that made the backup, or a newer one");
            var blank = LastChecksum().Replace(text, "\"checksum\": \"\"\n}");
            if (root.GetProperty("checksum").GetString() != Checksum(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(blank))))
                throw Damaged(FileName, "its values do not fit its checksum");
            var backup = root.GetProperty("backup");
            var shards = backup.GetProperty("shards").EnumerateArray().ToList();
            return new BackupContents(
                backup.GetProperty("id").GetString()!,
                backup.GetProperty("index").GetString()!,
                shards.Sum(shard => shard.GetProperty("documents").GetInt64()),
                [.. shards.SelectMany((shard, number) => shard.GetProperty("files").EnumerateArray().Select(file => FileOf(number, file)))]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Damaged(FileName, $"not the manifest of a backup ({e.Message})");
        }
    }

    public static CliError Damaged(string file, string why) => new($"The backup is damaged: {file}: {why}", "Use another copy");

    public static string Checksum(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);

    private static BackupFile FileOf(int shard, JsonElement file)
    {
        var name = file.GetProperty("name").GetString()!;
        return PlainName().IsMatch(name)
            ? new BackupFile(string.Create(CultureInfo.InvariantCulture, $"shards/{shard}/{name}"), file.GetProperty("length").GetInt64(), file.GetProperty("checksum").GetString()!)
            : throw Damaged(FileName, $"'{name}' is no file of a backup");
    }

    [GeneratedRegex("\"checksum\": \"[0-9a-f]{16}\"\\n\\}$")]
    private static partial Regex LastChecksum();

    /// <summary>Names become paths on this machine.</summary>
    [GeneratedRegex("^[a-z][a-z0-9]*(\\.[a-z0-9]+)*$")]
    private static partial Regex PlainName();
}

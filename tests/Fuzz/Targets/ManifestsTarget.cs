using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Checking;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Snapshots;
using ClipOrleans.Storage.Writing;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>The small files that say what the large ones are: of shards, backups and snapshots, marks and receipts; the first byte says which.</summary>
internal sealed class ManifestsTarget : FuzzTarget
{
    private static readonly BackupManifest Backup = new(
        "s1", "shop", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 1, "toy", "r1", 3, [new BackupField("colour", "keyword")], 0.95, "thumbnail", "auto",
        [new BackupShard(2, 4, 1, [new BackupFile("shard.json", 700, "0123456789abcdef"), new BackupFile("commit.mark", 4_160, "0123456789abcdef"), new BackupFile("log.0", 1_000, "0123456789abcdef")])]);

    private static readonly SnapshotFile Snapshot = new(
        new LogPosition(4, 64, 128, 1, 7),
        ShardManifest.Parse(SmallShard.Manifest, "shard.json"),
        100,
        64,
        new SealedFile(1_000, 1),
        new SealedFile(2_000, 2),
        [new VectorPart(4, 1, 0, 1), new VectorPart(5, 1, 1, 1)],
        [1, 2])
    {
        Writes = Receipts(),
    };

    public override string Name => "manifests";

    public override string Promise => "a manifest that is written as it was read, or damage that is said";

    public override int ShortRun => 3_000;

    public override long MayAllocate(int length) => 16L << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [(byte)'a', .. SmallShard.Manifest], [(byte)'b', .. Backup.ToJson()], [(byte)'c', .. Snapshot.ToBytes()], [(byte)'d', .. SmallShard.Mark.AsSpan(SmallShard.Mark.Length - 64)], [(byte)'e', .. Receipts()],
        [(byte)'a', .. Mending.ShardManifest(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(SmallShard.Manifest).Replace("\"owner\": null", "\"owner\": {\"processId\": 1, \"machine\": \"m\", \"name\": \"n\", \"openedAt\": \"2026-01-01T00:00:00+00:00\"}", StringComparison.Ordinal)))],
    ];

    public override IReadOnlyList<string> Dictionary { get; } =
        ["null", "[null]", "[]", "{}", "\"\"", "log.0", "log.00", "log.2147483647", "../x", "shard.json", "commit.mark", "-1", "9223372036854775807", "1e400", "\"keyword\"", "\"geo\"", "\"int8\"", "\"quantization\":\"int8\",", "\"logBegin\":1,", "0.0"];

    public override byte[] Mend(byte[] input, Random chance)
    {
        if (input.Length == 0)
            return input;
        var rest = input[1..];
        switch (input[0] % 5)
        {
            case 'a' % 5:
                rest = Mending.ShardManifest(rest);
                break;
            case 'b' % 5:
                rest = Mending.BackupManifest(rest);
                break;
            case 'c' % 5 when rest.Length > 128:
                var manifest = BinaryPrimitives.ReadInt32LittleEndian(rest.AsSpan(12));
                if (manifest > 0 && manifest < rest.Length - 128 && Mending.ShardManifest(rest[120..(120 + manifest)]) is var mended && mended.Length == manifest)
                    mended.CopyTo(rest.AsSpan(120));
                BinaryPrimitives.WriteUInt64LittleEndian(rest.AsSpan(rest.Length - 8), XxHash3.HashToUInt64(rest.AsSpan(0, rest.Length - 8)));
                break;
            case 'd' % 5 when rest.Length >= 64:
                BinaryPrimitives.WriteUInt64LittleEndian(rest.AsSpan(56), XxHash3.HashToUInt64(rest.AsSpan(0, 56)));
                break;
        }

        return [input[0], .. rest];
    }

    public override string Run(byte[] input)
    {
        if (input.Length == 0)
            return "nothing";
        var bytes = input[1..];
        try
        {
            return (input[0] % 5) switch
            {
                'a' % 5 => OfShard(bytes),
                'b' % 5 => OfBackup(bytes),
                'c' % 5 => OfSnapshot(bytes),
                'd' % 5 => OfMark(bytes),
                _ => OfReceipts(bytes),
            };
        }
        catch (ShardCorruptException refused)
        {
            return new string([.. refused.Reason.Where(static c => char.IsLetter(c) || c == ' ').Take(90)]);
        }
    }

    private static string OfShard(byte[] json)
    {
        var manifest = ShardManifest.Parse(json, "shard.json");
        var again = ShardManifest.Parse(manifest.ToJson(), "shard.json");
        BrokenPromiseException.Unless(again.Descriptor == manifest.Descriptor && again.Geometry == manifest.Geometry && again.Epoch == manifest.Epoch && again.LogBegin == manifest.LogBegin && again.Owner == manifest.Owner, "a manifest that is not read as it was written");
        // With the files of a shard that is not its own: found whole or damaged, never more.
        ShardCheck.Run(SmallShard.DiskOf(json, SmallShard.Mark, SmallShard.Log), SmallShard.Directory);
        CopiedShard.Check(SmallShard.DiskOf(json, SmallShard.Mark, SmallShard.Log), SmallShard.Files, isForeign: true, default);
        ShardUse.Run(SmallShard.DiskOf(json, SmallShard.Mark, SmallShard.Log), SmallShard.Directory);
        return $"shard {manifest.Descriptor.Schema.Count} {manifest.Owner is null} {manifest.Descriptor.Quantization}";
    }

    private static string OfBackup(byte[] json)
    {
        var manifest = BackupManifest.Parse(json, BackupManifest.FileName);
        var again = BackupManifest.Parse(manifest.ToJson(), BackupManifest.FileName);
        BrokenPromiseException.Unless(again.AllFiles.SequenceEqual(manifest.AllFiles) && again.Fields.SequenceEqual(manifest.Fields) && again.Bytes == manifest.Bytes && again.Documents == manifest.Documents, "a manifest that is not read as it was written");
        foreach (var (path, file) in manifest.AllFiles)
            BrokenPromiseException.Unless(Path.GetFullPath(Path.Combine("/b", path)) == "/b/" + path && file.Length >= 0, $"a path that leads away: {path}");
        BrokenPromiseException.Unless(manifest.Fields.All(static field => field.Name is not null && field.Type is not null), "a field without a name");
        return $"backup {manifest.Shards.Count} {manifest.Fields.Count}";
    }

    private static string OfSnapshot(byte[] bytes)
    {
        var snapshot = SnapshotFile.Parse(bytes, "snapshot.4.1");
        var again = SnapshotFile.Parse(snapshot.ToBytes(), "snapshot.4.1");
        BrokenPromiseException.Unless(again.Parts.SequenceEqual(snapshot.Parts) && again.BlockHashes.SequenceEqual(snapshot.BlockHashes) && again.Position == snapshot.Position && again.Writes.Span.SequenceEqual(snapshot.Writes.Span), "a snapshot that is not read as it was written");
        return $"snapshot {snapshot.Parts.Count} {snapshot.BlockHashes.Count} {snapshot.Codes is null}";
    }

    private static string OfMark(byte[] slot)
    {
        byte[] mark = [.. new byte[4_096], .. slot];
        ShardCheck.Run(SmallShard.DiskOf(SmallShard.Manifest, mark, SmallShard.Log), SmallShard.Directory);
        CopiedShard.Check(SmallShard.DiskOf(SmallShard.Manifest, mark, SmallShard.Log), SmallShard.Files, isForeign: true, default);
        ShardUse.Run(SmallShard.DiskOf(SmallShard.Manifest, mark, SmallShard.Log), SmallShard.Directory);
        return "mark";
    }

    private static string OfReceipts(byte[] bytes)
    {
        try
        {
            var writes = RecentWrites.Load(bytes);
            BrokenPromiseException.Unless(RecentWrites.Load(writes.Save()).Count == writes.Count, "receipts that do not come back");
            return $"receipts {Math.Min(writes.Count, 3)}";
        }
        catch (FormatException refused)
        {
            return new string([.. refused.Message.Where(char.IsLetter).Take(60)]);
        }
    }

    private static byte[] Receipts()
    {
        var bytes = new byte[8 + WriteReceipt.FixedBytes + 2];
        new WriteReceipt(Guid.Parse("11111111-2222-3333-4444-555555555555"), 1_000_000, 4, 0, 2, 3, new byte[] { 1, 2 }).Write(bytes.AsSpan(8));
        return [.. bytes, .. bytes];
    }
}

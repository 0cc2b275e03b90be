using System.Buffers.Binary;
using System.Text.Json;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Checking;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Reading;
using ClipOrleans.Storage.Recovery;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>
/// A log as it may come in an archive or lie on a damaged disk. The first byte says: are the rest the bytes of the file, or
/// records whose frames and checksums are made right; and what of the mark and of the whole engine takes part.
/// </summary>
internal sealed class LogTarget : FuzzTarget
{
    private const int FrameBytes = 4;
    private static readonly ShardManifest Manifest = ShardManifest.Parse(SmallShard.Manifest, "shard.json");

    public override string Name => "log";

    public override string Promise => "what is restored can be opened, read and searched whole; all else is refused as damage with its file named";

    public override int ShortRun => 1_500;

    /// <summary>Buffers of whole pages, and an engine now and then.</summary>
    public override long MayAllocate(int length) => 24L << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [(byte)'0', .. SmallShard.Log], [(byte)'2', .. SmallShard.Log], [(byte)'4', .. SmallShard.Log], [(byte)'8', .. SmallShard.Log],
        [(byte)'1', .. Frames(SmallShard.Log)], [(byte)'9', .. Frames(SmallShard.Log)],
        [(byte)'1', .. Frames(SmallShard.Log)[^200..]],
    ];

    public override IReadOnlyList<string> Dictionary { get; } = ["\u0001\0\0\0", "\u0002\0\0\0", "\u0003\0\0\0", "{\"colour\":\"red\"}", "{", "image/webp", "text/html", "\u0001\u0001\0", "\u0001\u0002\0", "\u0002\0\0", "\u0003\0\0"];

    /// <summary>Sums of what a single operation consists of are made right by the length of its metadata.</summary>
    public override byte[] Mend(byte[] input, Random chance)
    {
        if (input.Length == 0 || (input[0] & 1) == 0)
            return Sealed(input);
        foreach (var (start, length) in Framed(input))
        {
            var body = input.AsSpan(start + 3, length - 3);
            if (input[start] != (byte)RecordKind.Operations || BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(start + 1)) != 1 || body.Length < 56)
                continue;
            BinaryPrimitives.WriteInt32LittleEndian(body[4..], body.Length);
            var others = 56 + BinaryPrimitives.ReadUInt16LittleEndian(body[24..]) + BinaryPrimitives.ReadUInt16LittleEndian(body[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(body[28..])
                + BinaryPrimitives.ReadUInt16LittleEndian(body[30..]) + BinaryPrimitives.ReadInt32LittleEndian(body[32..]) + (long)BinaryPrimitives.ReadInt32LittleEndian(body[36..])
                + (4L * BinaryPrimitives.ReadInt32LittleEndian(body[44..])) + (8L * BinaryPrimitives.ReadInt32LittleEndian(body[52..]));
            if (others <= body.Length && chance.Next(4) > 0)
                BinaryPrimitives.WriteInt32LittleEndian(body[40..], (int)(body.Length - others));
        }

        return input;
    }

    public override string Run(byte[] input)
    {
        if (input.Length == 0)
            return "nothing";
        var mode = input[0];
        var log = (mode & 1) == 0 ? input[1..] : FromFrames(input);
        var mark = (mode & 6) switch { 2 => null, 4 => SmallShard.Mark, _ => MarkOf(ref log) };
        var files = SmallShard.Files;
        var came = "";
        try
        {
            CopiedShard.Check(SmallShard.DiskOf(SmallShard.Manifest, mark, log), files, isForeign: true, default);
            came = "restored";
        }
        catch (ShardCorruptException refused)
        {
            came = Told(refused);
        }

        var checkedShard = ShardCheck.Run(SmallShard.DiskOf(SmallShard.Manifest, mark, log), SmallShard.Directory);
        came += $" {checkedShard.Report.Findings.Count} {Use(SmallShard.DiskOf(SmallShard.Manifest, mark, log), mark, isRestored: came == "restored")}";
        return (mode & 8) == 0 ? came : came + UseEngine(SmallShard.DiskOf(SmallShard.Manifest, mark, log), isRestored: came == "restored");
    }

    /// <summary>Replays the log and reads every document, as an open shard does.</summary>
    private static string Use(SimulatedDisk disk, byte[]? mark, bool isRestored)
    {
        try
        {
            using var segments = new SegmentFiles(disk, SmallShard.Files, Manifest.Geometry);
            var state = new ShardState(Manifest.Descriptor, HeapVectorMemory.Instance);
            var scan = new LogScan(segments, mark is null ? null : CommitMark.Find(disk, SmallShard.Files), long.MaxValue);
            scan.Run((long address, in RecordHeader header, ReadOnlyMemory<byte> record) => ReplayedRecord.Apply(state, segments, address, header, record), null, default);
            state.Publish(scan.Sequence);
            var log = new Records(segments);
            if (state.NeedsRederiving)
                state.Rederive(log, default);
            var rows = new RowReader(log, 0);
            foreach (var id in state.View.MatchingIds(null, int.MaxValue, null))
            {
                state.View.TryGet(id, out var row);
                Answer(rows.Read(state.View.LocatorOf(row), id, includeVector: true), isRestored);
                ShardUse.ReadImage(() => rows.ReadImage(state.View.LocatorOf(row), id));
            }

            return $"{state.View.Count} {scan.Broken is null}";
        }
        catch (ShardCorruptException refused)
        {
            BrokenPromiseException.Unless(!isRestored, $"restored, and then refused: {refused.Message}");
            return Told(refused);
        }
    }

    private static string UseEngine(SimulatedDisk disk, bool isRestored)
    {
        try
        {
            return ShardUse.Run(disk, SmallShard.Directory);
        }
        catch (ShardCorruptException refused)
        {
            BrokenPromiseException.Unless(!isRestored, $"restored, and then refused: {refused.Message}");
            return Told(refused);
        }
    }

    /// <summary>What a caller would get must be what a caller can read.</summary>
    private static void Answer(StoredDocument document, bool isRestored)
    {
        if (!isRestored)
            return;
        try
        {
            using var metadata = JsonDocument.Parse(document.Metadata);
            BrokenPromiseException.Unless(metadata.RootElement.ValueKind == JsonValueKind.Object, "metadata that is no object");
        }
        catch (JsonException)
        {
            throw new BrokenPromiseException("metadata that is no JSON");
        }
    }

    private static string Told(ShardCorruptException refused)
    {
        BrokenPromiseException.Unless(refused.File.StartsWith(SmallShard.Directory, StringComparison.Ordinal) || refused.File == "manifest record", $"a file that is none of the shard's: {refused.File}");
        return new string([.. refused.Reason.Where(static c => char.IsLetter(c) || c == ' ').Take(80)]);
    }

    /// <summary>The mark that fits the log, which is cut where its chain of records ends.</summary>
    private static byte[] MarkOf(ref byte[] log)
    {
        using var segments = new SegmentFiles(SmallShard.DiskOf(SmallShard.Manifest, null, log), SmallShard.Files, Manifest.Geometry);
        var scan = new LogScan(segments, null, long.MaxValue);
        scan.Run(static (long _, in RecordHeader _, ReadOnlyMemory<byte> _) => { }, null, default);
        log = log[..(int)Math.Min(log.Length, scan.End - LogGeometry.FirstAddress)];
        return CommitMark.Image(new CommitPoint(Math.Max(1, Math.Min(scan.Epoch, 1_000)), scan.Sequence, LogGeometry.FirstAddress, scan.End));
    }

    /// <summary>The records of a file: for each its length (4), kind (1), number of operations (2) and body.</summary>
    private static byte[] Frames(byte[] log)
    {
        var frames = new List<byte>();
        for (var at = 0; at + LogGeometry.EntryHeaderBytes < log.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(log.AsSpan(at + LogGeometry.EntryLengthOffset));
            if (length < RecordHeader.Bytes)
                break;
            var record = log.AsSpan(at + LogGeometry.EntryHeaderBytes, length);
            var frame = new byte[FrameBytes];
            BinaryPrimitives.WriteInt32LittleEndian(frame, 3 + length - RecordHeader.Bytes);
            frames.AddRange([.. frame, record[8], .. record.Slice(10, 2), .. record[RecordHeader.Bytes..]]);
            at += LogGeometry.EntryBytes(length);
        }

        return [.. frames];
    }

    private static IEnumerable<(int Start, int Length)> Framed(byte[] input)
    {
        for (var at = 1; at + FrameBytes + 3 <= input.Length;)
        {
            var length = (int)Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(input.AsSpan(at)) & 0xFFFF, 3, (uint)(input.Length - at - FrameBytes));
            yield return (at + FrameBytes, length);
            at += FrameBytes + length;
        }
    }

    private static byte[] FromFrames(byte[] input)
    {
        var log = new List<byte>();
        var sequence = 0L;
        foreach (var (start, length) in Framed(input))
        {
            var entry = new byte[LogGeometry.EntryBytes(RecordHeader.Bytes + length - 3)];
            var record = entry.AsSpan(LogGeometry.EntryHeaderBytes, RecordHeader.Bytes + length - 3);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(LogGeometry.EntryLengthOffset), record.Length);
            record[8] = input[start];
            input.AsSpan(start + 1, 2).CopyTo(record[10..]);
            BinaryPrimitives.WriteInt64LittleEndian(record[16..], 1);
            BinaryPrimitives.WriteInt64LittleEndian(record[24..], ++sequence);
            input.AsSpan(start + 3, length - 3).CopyTo(record[RecordHeader.Bytes..]);
            SmallShard.Seal(record);
            log.AddRange(entry);
        }

        return [.. log];
    }

    /// <summary>The bytes of a file whose records get the checksums that fit them.</summary>
    private static byte[] Sealed(byte[] input)
    {
        for (var at = 1; at + LogGeometry.EntryHeaderBytes + RecordHeader.Bytes <= input.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(at + LogGeometry.EntryLengthOffset));
            if (length < RecordHeader.Bytes || length > input.Length - at - LogGeometry.EntryHeaderBytes)
                break;
            SmallShard.Seal(input.AsSpan(at + LogGeometry.EntryHeaderBytes, length));
            at += LogGeometry.EntryBytes(length);
        }

        return input;
    }

    private sealed class Records(SegmentFiles segments) : IRecordReader
    {
        private readonly LogReader _reader = new(segments);

        public PooledRecord Read(long address) => _reader.Read(address);

        public string NameOf(long address) => segments.NameOf(address);
    }
}

using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using FASTER.core;
using Microsoft.Extensions.Logging.Abstractions;
using CommitPoint = ClipOrleans.Storage.Log.CommitPoint;

namespace ClipOrleans.Storage.Tests.Log;

// Danger: our reading of the files and FASTER's writing of them drift apart, or a record is taken that should not be.
// Invariant: what was committed is found at its address and by a scan, by FASTER's own iterator as by ours; a scan takes
// an unbroken chain and nothing else.
// Method: logs of records of all sizes over page and segment ends, written, reopened and read three ways.
public sealed class FasterShardLogTests
{
    private static readonly LogGeometry Geometry = new(18, 20);
    private static readonly ShardFiles Files = new(Samples.Directory);

    [Theory]
    [InlineData(1, 200, 3_000)]
    [InlineData(2, 60, 120_000)]
    [InlineData(3, 3_000, 40)]
    public async Task Records_are_found_by_address_by_scan_and_by_FASTER(int seed, int count, int maxBytes)
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Samples.Directory);
        var written = new List<(long Address, byte[] Record)>();
        var random = new Random(seed);
        for (var opening = 0; opening < 3; opening++)
        {
            await using var log = OpenLog(disk, epoch: opening + 1, written.Count);
            for (var i = 0; i < count / 3; i++)
            {
                var record = Record(random.Next(0, maxBytes), opening + 1, written.Count + 1, random);
                written.Add((await log.AppendAsync(record, CancellationToken.None), record));
                if (i % 7 == 0)
                    await log.CommitAsync(written.Count);
            }

            await log.CommitAsync(written.Count);
            foreach (var (address, record) in written)
            {
                using var read = log.Read(address);
                Assert.Equal(record, read.Bytes.ToArray());
            }
        }

        Assert.Equal(written, Scan(disk), SameRecord);
        Assert.Equal(written, ReadWithFaster(disk), SameRecord);
    }

    [Fact]
    public async Task A_record_of_half_a_page_fits_and_a_bigger_one_does_not()
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Samples.Directory);
        await using var log = OpenLog(disk, epoch: 1, sequence: 0);
        var random = new Random(1);
        var longest = Record(log.MaxRecordBytes - RecordHeader.Bytes, 1, 1, random);
        for (var i = 0; i < 5; i++)
            await log.AppendAsync(longest, CancellationToken.None);
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.AppendAsync(new byte[log.MaxRecordBytes + 1], CancellationToken.None));
    }

    [Theory]
    [InlineData(2L, 3L, "record 4 follows record 2")]
    [InlineData(1L, 3L, "epoch 1 follows epoch 2")]
    [InlineData(9L, 3L, "newer than this opening's")]
    public async Task I4_A_record_that_breaks_the_chain_is_never_taken(long epoch, long sequence, string fault)
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Samples.Directory);
        var random = new Random(1);
        await using (var log = OpenLog(disk, epoch: 2, sequence: 0))
        {
            await log.AppendAsync(Record(100, 2, 1, random), CancellationToken.None);
            await log.AppendAsync(Record(100, 2, 2, random), CancellationToken.None);
            await log.CommitAsync(2);
            await log.AppendAsync(Record(100, epoch, epoch == 2 ? sequence + 1 : sequence, random), CancellationToken.None);
            await log.CommitAsync(2);
        }

        using var segments = new SegmentFiles(disk, Files, Geometry);
        var scan = new LogScan(segments, mark: null, currentEpoch: 5);
        var taken = 0;
        scan.Run((long _, in RecordHeader _, ReadOnlyMemory<byte> _) => taken++, progress: null, CancellationToken.None);
        Assert.Equal(2, taken);
        Assert.Contains(fault, scan.Broken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(68)]
    [InlineData(5_000)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    [InlineData(-8)]
    public async Task An_address_without_a_record_is_refused(long address)
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Samples.Directory);
        await using var log = OpenLog(disk, epoch: 1, sequence: 0);
        await log.AppendAsync(Record(3_000, 1, 1, new Random(1)), CancellationToken.None);
        await log.CommitAsync(1);
        var files = disk.List(Samples.Directory);
        Assert.Throws<ShardCorruptException>(() => log.Read(address));
        Assert.Equal(files, disk.List(Samples.Directory));
    }

    private static FasterShardLog OpenLog(SimulatedDisk disk, long epoch, long sequence)
    {
        var segments = new SegmentFiles(disk, Files, Geometry);
        var scan = new LogScan(segments, CommitMark.Find(disk, Files), epoch);
        scan.Run((long _, in RecordHeader _, ReadOnlyMemory<byte> _) => { }, progress: null, CancellationToken.None);
        Assert.Equal(sequence, scan.Sequence);
        var point = new CommitPoint(epoch, scan.Sequence, LogGeometry.FirstAddress, scan.End);
        return new FasterShardLog(segments, point, new LogEnd(disk, Files, segments, scan.Broken, Samples.SmallPages(), NullLogger.Instance), Samples.SmallPages());
    }

    private static byte[] Record(int bodyBytes, long epoch, long sequence, Random random)
    {
        var record = new byte[RecordHeader.Bytes + bodyBytes];
        random.NextBytes(record);
        new RecordHeader(RecordKind.BlobChunk, 0, epoch, sequence).Write(record);
        return record;
    }

    private static List<(long Address, byte[] Record)> Scan(SimulatedDisk disk)
    {
        using var segments = new SegmentFiles(disk, Files, Geometry);
        var found = new List<(long, byte[])>();
        var scan = new LogScan(segments, CommitMark.Find(disk, Files), currentEpoch: 3);
        scan.Run((long address, in RecordHeader _, ReadOnlyMemory<byte> record) => found.Add((address, record.ToArray())), progress: null, CancellationToken.None);
        Assert.Null(scan.Broken);
        return found;
    }

    /// <summary>With FASTER's stock device on the same bytes: its own layout, its own checksums.</summary>
    private static List<(long Address, byte[] Record)> ReadWithFaster(SimulatedDisk disk)
    {
        var directory = Path.Combine(Path.GetTempPath(), "clip-log-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(directory);
        try
        {
            foreach (var (name, _) in disk.List(Samples.Directory).Where(file => file.Name.StartsWith("log.", StringComparison.Ordinal)))
                File.WriteAllBytes(Path.Combine(directory, name), Padded(disk.Bytes(Samples.Directory + "/" + name)));
            using var device = Devices.CreateLogDevice(Path.Combine(directory, "log"));
            var settings = new FasterLogSettings
            {
                LogDevice = device,
                PageSizeBits = Geometry.PageSizeBits,
                SegmentSizeBits = Geometry.SegmentSizeBits,
                MemorySizeBits = Geometry.PageSizeBits + 1,
                LogChecksum = LogChecksumType.PerEntry,
                ReadOnlyMode = true,
                LogCommitManager = new FixedCommit(CommitMark.Find(disk, Files)!.Value.Until),
            };
            using var log = new FasterLog(settings);
            using var iterator = log.Scan(0, CommitMark.Find(disk, Files)!.Value.Until);
            var found = new List<(long, byte[])>();
            while (iterator.GetNext(out var entry, out var length, out var address))
                found.Add((address, entry[..length]));
            return found;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static byte[] Padded(byte[] bytes)
    {
        var padded = new byte[(bytes.Length + LogGeometry.SectorBytes - 1) / LogGeometry.SectorBytes * LogGeometry.SectorBytes];
        bytes.CopyTo(padded, 0);
        return padded;
    }

    private static bool SameRecord((long Address, byte[] Record) a, (long Address, byte[] Record) b) =>
        a.Address == b.Address && a.Record.AsSpan().SequenceEqual(b.Record);

    private sealed class FixedCommit(long until) : ILogCommitManager
    {
        public void Commit(long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata) => throw new NotSupportedException();

        public byte[] GetCommitMetadata(long commitNum) =>
            new FasterLogRecoveryInfo { BeginAddress = LogGeometry.FirstAddress, UntilAddress = until, CommitNum = 1 }.ToByteArray();

        public IEnumerable<long> ListCommits() => [1];

        public void RemoveCommit(long commitNum) => throw new NotSupportedException();

        public void RemoveAllCommits() => throw new NotSupportedException();

        public void OnRecovery(long commitNum)
        {
            // Nothing is kept that could be outdated.
        }

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}

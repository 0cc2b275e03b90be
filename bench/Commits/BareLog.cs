using System.Diagnostics;
using ClipOrleans.Bench.Reports;
using FASTER.core;

namespace ClipOrleans.Bench.Commits;

/// <summary>What FasterLog does alone with records of the same size: each writer enqueues one, commits and waits for the device.</summary>
internal static class BareLog
{
    private const int PageSizeBits = 20;
    private const int SegmentSizeBits = 26;

    /// <param name="folder">Made for the run and removed behind it.</param>
    /// <param name="recordBytes">Of each record.</param>
    /// <param name="writers">At a time.</param>
    /// <param name="writes">All writers together.</param>
    /// <param name="fast">FASTER's fast commit, without a metadata file of its own for each commit.</param>
    public static async Task<(Latencies Times, TimeSpan Elapsed)> RunAsync(string folder, int recordBytes, int writers, int writes, bool fast)
    {
        Directory.CreateDirectory(folder);
        try
        {
            // Sized as the engine's own log, on FASTER's own device, which writes through to the disk.
            using var device = Devices.CreateLogDevice(Path.Combine(folder, "log"));
            using var log = new FasterLog(new FasterLogSettings
            {
                LogDevice = device,
                PageSizeBits = PageSizeBits,
                MemorySize = 4L << PageSizeBits,
                SegmentSizeBits = SegmentSizeBits,
                LogChecksum = LogChecksumType.PerEntry,
                FastCommitMode = fast,
                LogCommitDir = folder,
            });
            var record = new byte[recordBytes];
            new Random(1).NextBytes(record);
            return await WriteLoop.RunAsync(writers, writes, async _ =>
            {
                var start = Stopwatch.GetTimestamp();
                await log.EnqueueAsync(record);
                var until = log.TailAddress;
                log.Commit();
                await log.WaitForCommitAsync(until);
                return Stopwatch.GetElapsedTime(start);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Grains.Configuration;

/// <summary>Where and how safely data is kept. Bound from <c>Storage:*</c>.</summary>
public sealed class StorageSettings
{
    public const string Section = "Storage";

    /// <summary>The folder of everything that must be kept; relative to where the process was started.</summary>
    [Required]
    public string Path { get; set; } = "./data";

    /// <summary>A write is acknowledged after the device has it. false: after the operating system has it, so that a power cut may lose it.</summary>
    public bool Sync { get; set; } = true;

    /// <summary>Where float32 vectors lie beyond the first 8 MiB of a shard. mapped: in files beside the shard's log, which the system holds in memory as far as it can. memory: in the memory of the process.</summary>
    [AllowedValues("mapped", "memory")]
    public string PreciseVectors { get; set; } = "mapped";

    /// <summary>Bytes of a shard's log after which what is derived from it is saved again, in the background, so that opening has no more than about so much to replay; a large shard waits for a quarter of what its last snapshot took. Default 64 MiB. 0: nothing is saved, and opening replays the whole log.</summary>
    [Range(0L, 1L << 40)]
    public long SnapshotEveryBytes { get; set; } = 64L << 20;

    /// <summary>Megabytes of one file of a shard's log: space comes back a file at a time. It counts for indexes created from now on; those that are there keep theirs. Default 4.</summary>
    [AllowedValues(1, 2, 4, 8, 16, 32, 64)]
    public int SegmentMegabytes { get; set; } = 4;

    /// <summary>Threads that learn the codes of approximate search in the background, one shard at a time. 0: half of the processor cores, at least one.</summary>
    [Range(0, 256)]
    public int TrainingThreads { get; set; }

    /// <summary>Share of one core in percent that measuring the recall of searches may take. 0: nothing is measured, and the effort of searches stays where it begins.</summary>
    [Range(0, 50)]
    public int MeasuringPercent { get; set; } = 2;

    /// <summary>Share of a shard's log in percent that overwritten and deleted documents take before their space is given back in the background. 0: it is not given back.</summary>
    [Range(0, 90)]
    public int CompactionDeadPercent { get; set; } = 20;

    /// <summary>Megabytes a second that giving back space may read and write, a shard. 0: as many as the disk takes.</summary>
    [Range(0, 16_384)]
    public int CompactionMegabytesPerSecond { get; set; } = 32;

    /// <summary>Minutes without a request after which a shard is closed and costs nothing but disk; the next request opens it again.</summary>
    [Range(1, 10_080)]
    public int IdleMinutes { get; set; } = 15;

    /// <summary>Milliseconds a request waits for a shard that is being opened before it is answered 503 "loading".</summary>
    [Range(0, 20_000)]
    public int LoadingWait { get; set; } = 1_000;

    /// <summary>After the start a small shard is made, opened and removed again in the folder for temporary files, so that the first opening of a customer's shard does not wait for code to be compiled. It takes about a second of one core.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary><see cref="Path"/> without relative parts.</summary>
    public string FullPath => System.IO.Path.GetFullPath(Path);
}

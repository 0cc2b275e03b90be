using System.ComponentModel.DataAnnotations;
using System.Numerics;
using ClipOrleans.Storage.Maintenance;

namespace ClipOrleans.Storage;

/// <summary>
/// How a shard uses disk and memory. Sizes of pages and segments count when a shard is created; afterwards those
/// recorded in its files do, since a log cannot change them.
/// </summary>
public sealed class ShardOptions
{
    /// <summary>
    /// Default true: a write is answered when the device has confirmed it (fsync), so it survives a power cut. False: when
    /// the operating system has it, so it survives the death of the process only.
    /// </summary>
    public bool Sync { get; set; } = true;

    /// <summary>Size of a log page as a power of two, 18 (256 KiB) to 26 (64 MiB); default 20 (1 MiB). A row fits half a page.</summary>
    [Range(18, 26)]
    public int PageSizeBits { get; set; } = 20;

    /// <summary>Log pages in memory, a power of two, 2 to 64; default 4. They bound what is written but not yet handed to the device.</summary>
    [Range(2, 64)]
    public int MemoryPages { get; set; } = 4;

    /// <summary>Size of a log file as a power of two, 20 (1 MiB) to 32 (4 GiB); default 22 (4 MiB). Space comes back a file at a time.</summary>
    [Range(20, 32)]
    public int SegmentSizeBits { get; set; } = 22;

    /// <summary>Share of the log in percent that overwritten and deleted documents take before it is given back, 1 to 90; default 20. 0: nothing is given back.</summary>
    [Range(0, 90)]
    public int CompactionDeadPercent { get; set; } = 20;

    /// <summary>Bytes a second that giving back space may read and write, 0 to 16 GiB; default 32 MiB. 0: as many as it can.</summary>
    [Range(0L, 1L << 34)]
    public long CompactionBytesPerSecond { get; set; } = 32L << 20;

    /// <summary>Bytes of decoded rows kept in memory for hits, 0 to 1 GiB; default 8 MiB.</summary>
    [Range(0L, 1L << 30)]
    public long RowCacheBytes { get; set; } = 8L << 20;

    /// <summary>Where float32 vectors lie beyond the first 8 MiB of a shard. Default: in mapped files.</summary>
    [AllowedValues(PreciseVectors.Memory, PreciseVectors.Mapped)]
    public PreciseVectors PreciseVectors { get; set; } = PreciseVectors.Mapped;

    /// <summary>
    /// Bytes of log after which what is derived from it is saved again, 0 to 1 TiB; default 64 MiB. A large shard waits
    /// until a quarter of its last snapshot's bytes have come. 0: nothing is saved, and opening replays the whole log.
    /// </summary>
    [Range(0L, 1L << 40)]
    public long SnapshotEveryBytes { get; set; } = 64L << 20;

    /// <summary>Works on the shard in the background: learns its codes, measures its recall. Null: nobody does, and searches are exact.</summary>
    public MaintenanceWorker? Maintenance { get; set; }

    /// <summary>Told +1 when a shard takes no writes any more, and -1 when it does again or is closed. On any thread.</summary>
    public Action<int>? ReadOnlyChanged { get; set; }

    /// <summary>
    /// Who opens shards, as an operator knows it: written into their files. Default: nothing but machine and process. With
    /// <see cref="IsOwnerGone"/> it must be one that no other process has or had, such as a silo's address with its generation.
    /// </summary>
    public string OwnerName { get; set; } = "";

    /// <summary>
    /// Whether an owner that did not close a shard is known never to come back, by its name; asked before a shard is opened.
    /// Then the shard is taken from it, whatever holds its lock, and it is fenced out if it does come back. Null: one process
    /// uses the folder, and only the lock decides. The lease must be the same in all processes.
    /// </summary>
    public Func<string, bool>? IsOwnerGone { get; set; }

    /// <summary>
    /// For how long an owner may answer searches without looking whether the shard is still its own, 0 to 1 minute; default
    /// 1 second. So long nothing is acknowledged by a new owner either. 0: it looks each time it is asked.
    /// </summary>
    public TimeSpan OwnerLease { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A local folder, which must be there, for vectors that a follower of the shard has and no snapshot of the owner has yet,
    /// mapped. Null: they lie in memory, some <see cref="SnapshotEveryBytes"/> at most where the owner takes snapshots.
    /// </summary>
    public string? FollowerScratch { get; set; }

    /// <summary>Write requests that may wait, 1 to 65,536; default 1,024. The next one is refused at once as overloaded.</summary>
    [Range(1, 65_536)]
    public int MaxQueuedWrites { get; set; } = 1_024;

    /// <summary>Bytes that waiting write requests may hold, 1 MiB to 4 GiB; default 64 MiB. One request alone is always taken.</summary>
    [Range(1L << 20, 1L << 32)]
    public long MaxQueuedBytes { get; set; } = 64L << 20;

    /// <summary>
    /// An owner may be replaced while it lives. Otherwise its lock keeps all others out until it has ended, and what its mark says
    /// counts for who comes next, who need not begin one before he writes.
    /// </summary>
    internal bool MayBeTakenOver => IsOwnerGone is not null;

    /// <exception cref="ArgumentException">A value out of its range; all of them are named.</exception>
    internal void Check()
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(this, new ValidationContext(this), faults, validateAllProperties: true);
        var messages = faults.ConvertAll(fault => fault.ErrorMessage ?? "");
        if (!BitOperations.IsPow2(MemoryPages))
            messages.Add($"{nameof(MemoryPages)} {MemoryPages} is not a power of two.");
        if (SegmentSizeBits < PageSizeBits)
            messages.Add($"{nameof(SegmentSizeBits)} {SegmentSizeBits} is below {nameof(PageSizeBits)} {PageSizeBits}: a segment holds at least a page.");
        if (OwnerLease < TimeSpan.Zero || OwnerLease > TimeSpan.FromMinutes(1))
            messages.Add($"{nameof(OwnerLease)} {OwnerLease} is not between 0 and a minute.");
        if (IsOwnerGone is not null && OwnerName.Length == 0)
            messages.Add($"{nameof(IsOwnerGone)} asks for names, and this owner has none: {nameof(OwnerName)} is empty.");
        if (messages.Count > 0)
            throw new ArgumentException(string.Join(" ", messages));
    }
}

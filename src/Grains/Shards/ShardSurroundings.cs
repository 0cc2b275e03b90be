using System.Numerics;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Following;
using ClipOrleans.Storage.Maintenance;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Shards;

/// <summary>Opens the shard that is in a folder, telling how far it is (0 to 100).</summary>
internal delegate Task<ShardEngine> OpenShard(string directory, ShardOptions options, IProgress<int> progress, CancellationToken cancellation);

/// <summary>What all shards of a process share.</summary>
internal sealed class ShardSurroundings(
    IOptions<StorageSettings> settings, OpenShard open, ShardOwners owners, MaintenanceWorker maintenance, ILoggerFactory logs, TimeProvider clock,
    GrainInstruments instruments, MemoryKeeper memory)
{
    public StorageSettings Settings => settings.Value;

    public ILoggerFactory Logs => logs;

    public TimeProvider Clock => clock;

    public GrainInstruments Instruments => instruments;

    /// <summary>Is asked for room before a shard is opened.</summary>
    public MemoryKeeper Memory => memory;

    /// <summary>Opens a shard that another silo owns, for reading what that one writes.</summary>
    public Task<ShardFollower> FollowAsync(ShardKey key, CancellationToken cancellation) =>
        ShardFollower.OpenAsync(DirectoryOf(key), Options(), logs, clock, progress: null, cancellation);

    /// <summary>Other silos use the same folder: who holds a shard is one of them.</summary>
    public bool IsShared => owners.IsShared;

    /// <summary>Makes sure that what an engine answered was not old when it did.</summary>
    /// <exception cref="Storage.Errors.ShardFencedException">Another silo has the shard.</exception>
    public void ConfirmOwner(ShardEngine engine)
    {
        if (owners.IsShared)
            engine.ConfirmOwner();
    }

    /// <summary>Removes a shard that no silo has open, or none that is still there.</summary>
    public void Delete(string directory) => ShardEngine.Delete(directory, Options(), clock);

    public string DirectoryOf(ShardKey key) => Path.Combine(Settings.FullPath, key.RelativePath);

    /// <summary>A folder that travelled in a message, on this machine.</summary>
    public string PathOf(string folder) => Path.Combine(Settings.FullPath, folder);

    public Task<ShardEngine> OpenAsync(string directory, IProgress<int> progress, CancellationToken cancellation) =>
        open(directory, Options(), progress, cancellation);

    public Task<ShardEngine> CreateAsync(string directory, ShardDescriptor descriptor) =>
        ShardEngine.CreateAsync(directory, descriptor, Options(), logs, clock);

    private ShardOptions Options() => new()
    {
        Sync = Settings.Sync,
        OwnerName = owners.Name,
        IsOwnerGone = owners.Gone,
        Maintenance = maintenance,
        ReadOnlyChanged = instruments.ShardsReadOnly,
        SegmentSizeBits = 20 + BitOperations.Log2((uint)Settings.SegmentMegabytes),
        CompactionDeadPercent = Settings.CompactionDeadPercent,
        CompactionBytesPerSecond = (long)Settings.CompactionMegabytesPerSecond << 20,
        SnapshotEveryBytes = Settings.SnapshotEveryBytes,
        PreciseVectors = Enum.Parse<PreciseVectors>(Settings.PreciseVectors, ignoreCase: true),
    };
}

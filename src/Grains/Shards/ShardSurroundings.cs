using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Shards;

/// <summary>Opens the shard that is in a folder, telling how far it is (0 to 100).</summary>
internal delegate Task<ShardEngine> OpenShard(string directory, ShardOptions options, IProgress<int> progress, CancellationToken cancellation);

/// <summary>What all shards of a process share.</summary>
internal sealed class ShardSurroundings(
    IOptions<StorageSettings> settings, OpenShard open, ILoggerFactory logs, TimeProvider clock, GrainInstruments instruments)
{
    /// <summary>
    /// Pages of 64 MiB, since a row must fit half a page and original images have up to 20 MiB; two of them, so that such
    /// a shard holds 128 MiB of log in memory and not more.
    /// </summary>
    private const int PageSizeBitsOfOriginals = 26;

    private const int MemoryPagesOfOriginals = 2;

    public StorageSettings Settings => settings.Value;

    public ILoggerFactory Logs => logs;

    public TimeProvider Clock => clock;

    public GrainInstruments Instruments => instruments;

    public string DirectoryOf(ShardKey key) => Path.Combine(Settings.FullPath, key.RelativePath);

    /// <summary>Sizes of the log count for new shards only: a shard that exists keeps those it was made with.</summary>
    public ShardOptions OptionsFor(KeepImages keepImages) => keepImages is KeepImages.Original
        ? new() { Sync = Settings.Sync, PageSizeBits = PageSizeBitsOfOriginals, MemoryPages = MemoryPagesOfOriginals }
        : new() { Sync = Settings.Sync };

    public Task<ShardEngine> OpenAsync(string directory, IProgress<int> progress, CancellationToken cancellation) =>
        open(directory, new ShardOptions { Sync = Settings.Sync }, progress, cancellation);

    public Task<ShardEngine> CreateAsync(string directory, ShardDescriptor descriptor, KeepImages keepImages) =>
        ShardEngine.CreateAsync(directory, descriptor, OptionsFor(keepImages), logs, clock);
}

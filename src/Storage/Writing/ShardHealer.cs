using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// Makes a shard writable again after its device failed, without closing it: reads go on from the same state all the
/// while. What was appended and never answered is cut off, and a higher epoch tells it from what is written next.
/// </summary>
internal sealed class ShardHealer(IDisk disk, ShardFiles files, ShardState state, IShardLog log, EpochFence fence, ManifestFile manifest)
{
    /// <summary>So much must fit before the shard says again that it can be written: a full disk has room for a little now and then.</summary>
    private const int ProbeBytes = 1 << 20;

    /// <summary>With nothing in flight, and all that is durable in the log visible.</summary>
    /// <exception cref="IOException">The device still fails.</exception>
    /// <exception cref="ShardCorruptException">The log does not hold any more what it held.</exception>
    /// <exception cref="ShardBrokenException">The state is not what the log says.</exception>
    /// <exception cref="ShardFencedException">A newer owner writes: nothing was changed.</exception>
    public async Task HealAsync()
    {
        await Task.Run(() =>
        {
            Probe();
            // Last look before it is written over: a device that fails may have held the probe up for minutes.
            fence.Check();
            manifest.RaiseEpoch();
        });
        await log.ReopenAsync(manifest.Current.Epoch);
        if (log.Committed.Sequence != state.Sequence)
            throw new ShardBrokenException($"The log ends with record {log.Committed.Sequence}, what is shown with {state.Sequence}.");
        BringUpManifest();
    }

    /// <summary>Makes of a change of the index that the log has what the manifest and the filter index say, too.</summary>
    public void BringUpManifest()
    {
        if (state.NeedsRederiving)
            state.Rederive(log, CancellationToken.None);
        if (state.Descriptor != manifest.Current.Descriptor)
            manifest.Replace(manifest.Current with { Descriptor = state.Descriptor });
    }

    private void Probe()
    {
        var path = files.NewScratch();
        try
        {
            using var file = disk.Open(path);
            file.Write(new byte[ProbeBytes], 0);
            file.Flush();
        }
        finally
        {
            disk.Delete(path);
        }
    }
}

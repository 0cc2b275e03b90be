using ClipOrleans.Contracts.Errors;
using Orleans.Storage;

namespace ClipOrleans.Grains.Catalog;

/// <summary>
/// The catalog of a cluster, in a store that all silos reach. It gives each entry a key that the store takes as it is, and
/// says of a store that does not answer what the embedded catalog says of a disk that fails.
/// </summary>
internal sealed class ClusterCatalog(IGrainStorage store) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = new GrainState<ClusterCatalogEntry<T>>();
        await ReachAsync("read", grainId, store.ReadStateAsync(stateName, KeyOf(stateName, grainId), stored));
        if (!stored.RecordExists)
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), stored.ETag, false);
            return;
        }

        var entry = stored.State!;
        if (entry.Grain != grainId.ToString() || entry.State is null)
            throw new CatalogCorruptException($"{stateName} {grainId.Key}", $"it belongs to {entry.Grain}, not to {grainId}");
        if (entry.Format > ClusterCatalogEntry<T>.Newest)
            throw new CatalogCorruptException($"{stateName} {grainId.Key}", $"format {entry.Format} is not known; this version reads {ClusterCatalogEntry<T>.Newest}");
        (grainState.State, grainState.ETag, grainState.RecordExists) = (entry.State, stored.ETag, true);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var entry = new ClusterCatalogEntry<T> { Format = ClusterCatalogEntry<T>.Newest, Grain = grainId.ToString(), State = grainState.State };
        var stored = new GrainState<ClusterCatalogEntry<T>>(entry, grainState.ETag!) { RecordExists = grainState.RecordExists };
        await ReachAsync("written", grainId, store.WriteStateAsync(stateName, KeyOf(stateName, grainId), stored));
        (grainState.ETag, grainState.RecordExists) = (stored.ETag, true);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = new GrainState<ClusterCatalogEntry<T>>(new ClusterCatalogEntry<T>(), grainState.ETag!) { RecordExists = grainState.RecordExists };
        await ReachAsync("written", grainId, store.ClearStateAsync(stateName, KeyOf(stateName, grainId), stored));
        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), stored.ETag, false);
    }

    /// <summary>
    /// <c>tenant/acme</c>. The name of the state before the key makes every key a text: a store that saw the number in the
    /// names "a" and "0a" would take two tenants for one.
    /// </summary>
    private static GrainId KeyOf(string stateName, GrainId grainId) => GrainId.Create(grainId.Type, IdSpan.Create($"{stateName}/{grainId.Key}"));

    private static async Task ReachAsync(string what, GrainId grainId, Task step)
    {
        try
        {
            await step;
        }
        catch (Exception fault) when (fault is not InconsistentStateException)
        {
            // What each store throws is its own, and stands in the log of this silo; the caller may know none of these types.
            throw new CatalogUnavailableException($"The catalog entry {grainId} cannot be {what}: {fault.Message}", fault);
        }
    }
}

/// <summary>What stands in the store.</summary>
internal sealed class ClusterCatalogEntry<T>
{
    /// <summary>The layout that this version writes, and the newest that it reads.</summary>
    public const int Newest = 1;

    public int Format { get; set; }

    /// <summary>Whose state it is: an entry that was copied to another key is noticed.</summary>
    public string Grain { get; set; } = "";

    public T? State { get; set; }
}

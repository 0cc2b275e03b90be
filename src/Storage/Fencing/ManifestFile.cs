using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>shard.json of a shard that this engine owns.</summary>
internal sealed class ManifestFile(IDisk disk, ShardFiles files, ShardManifest current)
{
    private volatile ShardManifest _current = current;

    public ShardManifest Current => _current;

    /// <summary>Returns when the new manifest is durable.</summary>
    public void Replace(ShardManifest manifest)
    {
        DurableFile.Replace(disk, files.Manifest, manifest.ToJson());
        _current = manifest;
    }
}

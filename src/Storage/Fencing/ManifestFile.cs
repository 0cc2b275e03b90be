using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>shard.json of a shard that this engine owns.</summary>
internal sealed class ManifestFile(IDisk disk, ShardFiles files, ShardManifest current)
{
    private volatile ShardManifest _current = current;

    public ShardManifest Current => _current;

    /// <summary>Returns when the new manifest is durable. After a failure the current one is the one that the file holds.</summary>
    public void Replace(ShardManifest manifest)
    {
        var json = manifest.ToJson();
        try
        {
            DurableFile.Replace(disk, files.Manifest, json);
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && Holds(json))
        {
            // Renamed, and its name not forced: taken for another owner's, it would fence this one out.
            _current = manifest;
            throw;
        }

        _current = manifest;
    }

    private bool Holds(byte[] json)
    {
        try
        {
            return disk.ReadAll(files.Manifest).AsSpan().SequenceEqual(json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

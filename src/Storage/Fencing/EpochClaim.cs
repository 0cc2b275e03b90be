using System.Text.Json;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>
/// The right to an epoch: a file <c>epoch.N</c> that whoever wants to open the shard as its N-th owner creates, and that a
/// file system gives to one of them. It is there from that moment until shard.json says the same, and fences every earlier
/// owner out. See docs/decisions/0014-takeover.md.
/// </summary>
/// <param name="Epoch">Claimed.</param>
/// <param name="Owner">By whom; null when that cannot be read: he has died in the middle of it.</param>
internal sealed record EpochClaim(long Epoch, ShardOwner? Owner)
{
    /// <returns>False when somebody else has it, or had it.</returns>
    /// <exception cref="IOException">The device refused.</exception>
    public static bool TryTake(IDisk disk, ShardFiles files, long epoch, ShardOwner? owner)
    {
        if (!TryCreate(disk, files, epoch, owner))
            return false;

        // Whoever had it first has written shard.json by the time at which his claim went.
        if (FindWritten(disk, files) is not { } written || written < epoch)
            return true;
        disk.Delete(files.Claim(epoch));
        return false;
    }

    /// <summary>What shard.json says by now, or what will not be: claims up to an epoch.</summary>
    public static void RemoveUpTo(IDisk disk, ShardFiles files, long epoch)
    {
        foreach (var claimed in Claimed(disk, files).Where(claimed => claimed <= epoch))
            disk.Delete(files.Claim(claimed));
    }

    /// <returns>The newest claim, or null.</returns>
    public static EpochClaim? FindNewest(IDisk disk, ShardFiles files)
    {
        var newest = Claimed(disk, files).DefaultIfEmpty(0).Max();
        if (newest == 0)
            return null;
        try
        {
            return new EpochClaim(newest, JsonSerializer.Deserialize(disk.ReadAll(files.Claim(newest)), ManifestJson.Default.ShardOwner));
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return new EpochClaim(newest, null);
        }
    }

    /// <summary>
    /// Whether somebody owns the shard later than an epoch. He claims the next epoch first and has it in shard.json before
    /// the claim goes; so in this order nothing is missed.
    /// </summary>
    /// <returns>Null, or the later epoch.</returns>
    /// <exception cref="ShardCorruptException">shard.json is not what was written.</exception>
    public static long? FindLater(IDisk disk, ShardFiles files, long epoch)
    {
        if (disk.Exists(files.Claim(epoch + 1)))
            return epoch + 1;
        return FindWritten(disk, files) is { } written && written > epoch ? written : null;
    }

    private static bool TryCreate(IDisk disk, ShardFiles files, long epoch, ShardOwner? owner)
    {
        using var file = disk.TryCreate(files.Claim(epoch));
        if (file is null)
            return false;
        try
        {
            if (owner is not null)
                file.Write(JsonSerializer.SerializeToUtf8Bytes(owner, ManifestJson.Default.ShardOwner), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The name is the claim; who made it is for people, and for one who asks whether he is gone.
        }

        return true;
    }

    /// <returns>The epoch in shard.json; null where there is none.</returns>
    private static long? FindWritten(IDisk disk, ShardFiles files)
    {
        try
        {
            return ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest).Epoch;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static IEnumerable<long> Claimed(IDisk disk, ShardFiles files)
    {
        foreach (var (name, _) in disk.List(files.Directory))
        {
            if (ShardFiles.TryParseClaim(name, out var epoch))
                yield return epoch;
        }
    }
}

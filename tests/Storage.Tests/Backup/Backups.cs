using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Tests.Disks;

namespace ClipOrleans.Storage.Tests.Backup;

/// <summary>What the grains do with the shards of an index, in one process and on a disk of the test's.</summary>
internal static class Backups
{
    public const string Folder = "/snapshots/photos";
    public const string Id = "20261124-120000-abcd";

    public static BackupFolder Of(IDisk disk) => new(disk, Folder);

    /// <summary>Makes a backup of shards that are open.</summary>
    public static async Task<BackupManifest> MakeAsync(IDisk disk, params ShardEngine[] shards)
    {
        var folder = Of(disk);
        var copies = new List<BackupShard>();
        for (var number = 0; number < shards.Length; number++)
            copies.Add(await shards[number].CopyToAsync(folder.BeginShard(Id, number)));
        var manifest = Describe(copies, shards[0].Descriptor);
        folder.Finish(manifest);
        return manifest;
    }

    public static void Restore(SimulatedDisk disk, string directory, int shard = 0) =>
        ShardRestore.Run(disk, directory, Of(disk).DirectoryOf(Id, shard), Of(disk).Read(Id).Shards[shard], CancellationToken.None);

    private static BackupManifest Describe(List<BackupShard> copies, ShardDescriptor shard) => new(
        Id,
        "photos",
        new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
        shard.IndexVersion,
        shard.Model,
        shard.ModelRevision,
        shard.Dimensions,
        [.. shard.Schema.Fields.Select(field => new BackupField(field.Name, Vectors.Filters.FieldTypes.ToName(field.Type)))],
        shard.TargetRecall,
        "thumbnail",
        "auto",
        copies);
}

using System.Collections.Immutable;
using System.Reflection;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Snapshots;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>A tar archive to restore an index from: taken apart by the gateway, its manifest read and its shards restored by the storage.</summary>
internal sealed class ArchivesTarget : FuzzTarget
{
    private static readonly LimitOptions Limits = new() { MaxArchiveBytes = 64 * 1024 };
    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Whole = Archive(Manifest());

    public override string Name => "archives";

    public override string Promise => "an index whose shards are whole, or backup-damaged; no name beside the manifest's, nothing kept";

    public override int MaxLength => 16_384;

    public override int ShortRun => 1_500;

    /// <summary>A manifest may say of itself that it has 32 MiB; the room is taken before it comes.</summary>
    public override long MayAllocate(int length) => 48L << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } =
        [Whole, Whole[..^1_024], Archive(Manifest() with { Shards = [.. Manifest().Shards, Manifest().Shards[0]] }), [.. new byte[1_024]]];

    public override IReadOnlyList<string> Dictionary { get; } =
        ["backup.json", "./", "shards/0/", "shards/0/log.0", "../", "ustar\0", "00000000017\0", "77777777777\0", "\0", "5", "L", "x", "null", "[null]", "\"shards\"", "\"files\"", "\"length\": 0"];

    public override byte[] Mend(byte[] input, Random chance)
    {
        if (chance.Next(3) == 0 && Mending.IsHeader(input) && ArchiveHeader.TryRead(input.AsSpan(0, 512), out var entry) is null && entry.Length is > 0 && entry.Length <= input.Length - 512)
            input = WithManifest(input, (int)entry.Length);
        for (var at = 0; at + 512 <= input.Length; at += 512)
        {
            if (Mending.IsHeader(input.AsSpan(at)))
                Mending.ArchiveHeader(input.AsSpan(at, 512));
        }

        return input;
    }

    public override string Run(byte[] input)
    {
        var upload = new Upload();
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(input);
        var restored = new ArchiveReader(GrainsOf(upload), Options.Create(Limits)).RestoreAsync(http, TenantId.Default, "copy").GetAwaiter().GetResult();
        BrokenPromiseException.Unless(upload.IsAborted, "an upload that stays");
        return restored.IsSuccess ? "restored" : Answers.Refusal(restored.Error);
    }

    /// <summary>The same with a manifest whose checksum is right; a new length goes into the header.</summary>
    private static byte[] WithManifest(byte[] input, int length)
    {
        var manifest = Mending.BackupManifest(input[512..(512 + length)]);
        var end = Math.Min(input.Length, 512 + length + ArchiveHeader.Padding(length));
        return [.. ArchiveHeader.Write(BackupManifest.FileName, manifest.Length, Then), .. manifest, .. new byte[ArchiveHeader.Padding(manifest.Length)], .. input.AsSpan(end)];
    }

    private static BackupManifest Manifest() => new(
        "s1", "shop", Then, 1, "toy", "r1", 3, [new BackupField("colour", "keyword")], 0.95, "thumbnail", "auto",
        [new BackupShard(2, SequenceOf(), 1, [.. Files().Select(file => new BackupFile(file.Name, file.Bytes.Length, HashOf(file.Bytes)))])]);

    /// <summary>The mark of a copy is the short one of a new mark.</summary>
    private static (string Name, byte[] Bytes)[] Files() => [("shard.json", SmallShard.Manifest), ("commit.mark", SmallShard.Mark), ("log.0", [.. new byte[64], .. SmallShard.Log])];

    private static long SequenceOf() => CopiedShard.Check(SmallShard.DiskOf(SmallShard.Manifest, SmallShard.Mark, SmallShard.Log), SmallShard.Files, isForeign: true, default).Point.Sequence;

    private static string HashOf(byte[] bytes) => System.IO.Hashing.XxHash3.HashToUInt64(bytes).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] Archive(BackupManifest manifest)
    {
        var archive = new List<byte>();
        void Add(string name, byte[] bytes) => archive.AddRange([.. ArchiveHeader.Write(name, bytes.Length, Then), .. bytes, .. new byte[ArchiveHeader.Padding(bytes.Length)]]);
        Add(BackupManifest.FileName, manifest.ToJson());
        for (var shard = 0; shard < manifest.Shards.Count; shard++)
        {
            foreach (var (name, bytes) in Files())
                Add(BackupManifest.PathOf(shard, name), bytes);
        }

        return [.. archive, .. new byte[ArchiveHeader.EndBytes]];
    }

    private static IGrainFactory GrainsOf(IUploadGrain upload)
    {
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        ((Grains)(object)grains).Upload = upload;
        return grains;
    }

    /// <summary>A cluster of one grain.</summary>
#pragma warning disable CA1852 // The proxy derives from it.
    internal class Grains : DispatchProxy
#pragma warning restore CA1852
    {
        public IUploadGrain? Upload { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Upload;
    }

    /// <summary>What the grain does, with the files in memory: damage is an answer, whatever else is thrown a crash.</summary>
    private sealed class Upload : IUploadGrain
    {
        private readonly SimulatedDisk _disk = new();
        private readonly Dictionary<string, (BackupFile File, List<byte> Bytes)> _files = new(StringComparer.Ordinal);
        private BackupManifest? _manifest;

        public bool IsAborted { get; private set; }

        public Task<Result<ImmutableArray<SnapshotFile>>> Begin(Immutable<byte[]> manifest) => Answer<ImmutableArray<SnapshotFile>>(() =>
        {
            _manifest = BackupManifest.Parse(manifest.Value, BackupManifest.FileName);
            foreach (var (path, file) in _manifest.AllFiles)
                _files.Add(path, (file, []));
            return ImmutableArray.CreateRange(_manifest.AllFiles.Select(static file => new SnapshotFile(file.Path, file.File.Length)));
        });

        public async Task<Error?> Append(string path, long offset, Immutable<byte[]> bytes)
        {
            BrokenPromiseException.Unless(_manifest is not null && bytes.Value.Length <= Contracts.Limits.MaxArchivePieceBytes, "a piece before its manifest, or too large");
            if (!_files.TryGetValue(path, out var file) || offset != file.Bytes.Count || bytes.Value.Length > file.File.Length - offset)
                return Error.Of(Slugs.BackupDamaged, "no such file, or not its next piece.");
            file.Bytes.AddRange(bytes.Value);
            return await Task.FromResult<Error?>(null);
        }

        public Task<Result<IndexDescription>> Finish(string? name) => Answer<IndexDescription>(() =>
        {
            foreach (var (path, (file, bytes)) in _files)
            {
                if (bytes.Count != file.Length)
                    return Error.Of(Slugs.BackupDamaged, $"'{path}' did not come.");
                _disk.CreateDirectory(Path.GetDirectoryName("/up/" + path)!);
                SmallShard.Put(_disk, "/up/" + path, [.. bytes]);
            }

            for (var shard = 0; shard < _manifest!.Shards.Count; shard++)
            {
                _manifest.CheckShard(shard, _disk.ReadAll($"/up/shards/{shard}/shard.json"));
                ShardRestore.Run(_disk, $"/to/{shard}", $"/up/shards/{shard}", _manifest.Shards[shard], default);
                ShardUse.Run(_disk, $"/to/{shard}");
            }

            return OpenIndexes.WithModel.Description;
        });

        public Task Abort()
        {
            IsAborted = true;
            return Task.CompletedTask;
        }

        private static Task<Result<T>> Answer<T>(Func<Result<T>> work)
        {
            try
            {
                return Task.FromResult(work());
            }
            catch (ShardCorruptException damage)
            {
                return Task.FromResult<Result<T>>(Error.Of(Slugs.BackupDamaged, damage.Message));
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using Orleans.Concurrency;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>Snapshots that are nothing but files in memory, and uploads of the same. An upload is checked against the files that it began with.</summary>
internal sealed class FakeSnapshots(FakeCluster cluster)
{
    public const string Manifest = "backup.json";

    private readonly ConcurrentDictionary<string, ImmutableSortedDictionary<string, byte[]>> _snapshots = new();

    /// <summary>The files of the snapshot that is made next, and that uploads must bring.</summary>
    public ImmutableSortedDictionary<string, byte[]> Files { get; set; } = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [
        KeyValuePair.Create(Manifest, "{}"u8.ToArray()),
        KeyValuePair.Create("shards/0/log.0", Enumerable.Range(0, 2_500_000).Select(i => (byte)(i * 31 >> 3)).ToArray()),
        KeyValuePair.Create("shards/0/shard.json", "{\"a\":1}"u8.ToArray()),
        KeyValuePair.Create("shards/1/log.0", Array.Empty<byte>())]);

    public SnapshotState StateOfNew { get; set; } = SnapshotState.Ready;

    /// <summary>Uploads that hold something.</summary>
    public ConcurrentDictionary<string, bool> Kept { get; } = new();

    public ISnapshotsGrain Of(string key) => new Grain(this, IndexKey.Parse(key));

    public IUploadGrain Upload(string key) => new UploadGrain(this, key);

    private async Task<Result<IndexDescription>> RestoreAsync(TenantId tenant, string name) =>
        await cluster.Catalog.Tenant(tenant.Value).CreateIndex(new IndexSpec(name, IndexSpec.NoModel, "", 4, [], 1, 0.9, KeepImages.None));

    private sealed class Grain(FakeSnapshots all, IndexKey key) : ISnapshotsGrain
    {
        private static Error NotFound => Error.Of(Slugs.SnapshotNotFound, "There is none.");

        public async Task<Result<SnapshotInfo>> Begin()
        {
            var index = await all.Index(key);
            if (!index.IsSuccess)
                return index.Error;
            var id = $"s{all._snapshots.Count}";
            all._snapshots[$"{key}/{id}"] = all.Files;
            return Info(id);
        }

        public Task<Result<ImmutableArray<SnapshotInfo>>> List() => Task.FromResult<Result<ImmutableArray<SnapshotInfo>>>(
            all._snapshots.Keys.Where(each => each.StartsWith($"{key}/", StringComparison.Ordinal)).Order().Select(each => Info(each.Split('/')[2])).ToImmutableArray());

        public Task<Result<SnapshotInfo>> Get(string id, int waitMilliseconds) => Task.FromResult<Result<SnapshotInfo>>(Has(id) ? Info(id) : NotFound);

        public Task<Error?> Delete(string id) => Task.FromResult(all._snapshots.TryRemove($"{key}/{id}", out _) ? null : NotFound);

        public Task<Error?> DeleteAll() => throw new NotSupportedException("The tenant grain does it.");

        public Task<Result<ImmutableArray<SnapshotFile>>> ListFiles(string id) => Task.FromResult<Result<ImmutableArray<SnapshotFile>>>(
            Has(id) ? all._snapshots[$"{key}/{id}"].Select(file => new SnapshotFile(file.Key, file.Value.Length)).ToImmutableArray() : NotFound);

        public async Task<Result<Immutable<byte[]>>> ReadFile(string id, string path, long offset, int count)
        {
            if (await all.Faults.PassAsync<Immutable<byte[]>>($"readFile/{path}") is { } fault)
                return fault;
            return all._snapshots[$"{key}/{id}"][path].AsSpan((int)offset, count).ToArray().AsImmutable();
        }

        public async Task<Result<IndexDescription>> Restore(string id, string name) => Has(id) ? await all.RestoreAsync(key.Tenant, name) : NotFound;

        private bool Has(string id) => all._snapshots.ContainsKey($"{key}/{id}");

        private SnapshotInfo Info(string id) => new(id, key.Name, FakeCatalog.Now, all.StateOfNew, 2, 12, 345, all.StateOfNew is SnapshotState.Failed ? "The disk is full." : null);
    }

    private FaultInjection Faults => cluster.Faults;

    private Task<Result<IndexDescription>> Index(IndexKey key) => cluster.Catalog.Index(key.ToString()).Describe();

    private sealed class UploadGrain(FakeSnapshots all, string key) : IUploadGrain
    {
        private readonly Dictionary<string, List<byte>> _came = [];

        public Task<Result<ImmutableArray<SnapshotFile>>> Begin(Immutable<byte[]> manifest)
        {
            all.Kept[key] = true;
            return Task.FromResult<Result<ImmutableArray<SnapshotFile>>>(manifest.Value.AsSpan().SequenceEqual(all.Files[Manifest])
                ? all.Files.Select(file => new SnapshotFile(file.Key, file.Value.Length)).ToImmutableArray()
                : Error.Of(Slugs.BackupDamaged, $"{Manifest}: its values do not fit its checksum."));
        }

        public Task<Error?> Append(string path, long offset, Immutable<byte[]> bytes)
        {
            if (!all.Files.ContainsKey(path))
                return Task.FromResult<Error?>(Error.Of(Slugs.BackupDamaged, $"{path}: the manifest names no such file."));
            if (!_came.TryGetValue(path, out var file))
                _came[path] = file = [];
            Assert.Equal(file.Count, offset);
            file.AddRange(bytes.Value);
            return Task.FromResult<Error?>(null);
        }

        public async Task<Result<IndexDescription>> Finish(string? name)
        {
            var wrong = all.Files.FirstOrDefault(file => file.Key != Manifest && (!_came.TryGetValue(file.Key, out var came) || !came.SequenceEqual(file.Value)));
            return wrong.Key is null ? await all.RestoreAsync(TenantId.Default, name ?? "original") : Error.Of(Slugs.BackupDamaged, $"{wrong.Key}: it did not come.");
        }

        public Task Abort()
        {
            all.Kept.TryRemove(key, out _);
            return Task.CompletedTask;
        }
    }
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Contracts.Snapshots;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Tests.Snapshots;

// Danger: a snapshot that is not what the index was, that goes with the index, or that a broken restoration leaves half of.
// Invariant: I1 and I10: what was acknowledged before is in it, and an index restored from it gives the same answers; a
// snapshot stays until it is deleted; a restoration that fails leaves nothing.
// Method: real grains and engines on a real disk; files changed behind their back.
public sealed class SnapshotsGrainTests : IDisposable
{
    private readonly TempFolder _data = new();
    private readonly string _folder;

    public SnapshotsGrainTests() => _folder = _data.Path;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task I1_I10_A_restored_index_answers_as_the_index_did_when_the_snapshot_was_asked_for()
    {
        await using var cluster = await GrainsCluster.StartAsync(_folder);
        var sample = await Sample.CreateAsync(cluster, "shop", shards: 3);
        await sample.WriteAsync(Enumerable.Range(0, 200).Select(number => Sample.Document(number)));
        Sample.Ok(await cluster.Index("acme", "shop").Update(new IndexPatch([new FieldSpec("version", "number")], null, null)));
        sample.Index = Sample.Ok(await cluster.Index("acme", "shop").Describe());
        var query = sample.Query(Sample.Vector(5), 20, """{"version":0}""");
        var before = await AnswerAsync(sample, query);
        var snapshot = await MakeAsync(cluster, "shop");
        Assert.Equal((SnapshotState.Ready, 200L, 3), (snapshot.State, snapshot.Documents, snapshot.Shards));

        await sample.WriteAsync(Enumerable.Range(0, 100).Select(number => Sample.Document(number, version: 1)));
        var restored = new Sample(cluster, Sample.Ok(await Snapshots(cluster, "shop").Restore(snapshot.Id, "shop-2")));
        Assert.Equal(sample.Index.Spec with { Name = "shop-2" }, restored.Index.Spec with { Fields = sample.Index.Spec.Fields });
        Assert.Equal(sample.Index.Spec.Fields, restored.Index.Spec.Fields);
        Assert.Equal(before, await AnswerAsync(restored, restored.Query(Sample.Vector(5), 20, """{"version":0}""")));

        // Two indexes from here on, which share full log files at most.
        await restored.WriteAsync([Sample.Document(500)]);
        Assert.Null(Assert.Single(await sample.ReadAsync(500)));
        await cluster.Tenant("acme").DeleteIndex("shop");
        Assert.NotNull(Assert.Single(await restored.ReadAsync(500)));
        Assert.Equal([snapshot], Sample.Ok(await Snapshots(cluster, "shop").List()));
        Assert.True((await Snapshots(cluster, "shop").Restore(snapshot.Id, "shop")).IsSuccess);
    }

    [Fact]
    public async Task A_taken_name_and_unknown_things_are_told_apart()
    {
        await using var cluster = await GrainsCluster.StartAsync(_folder);
        await Sample.CreateAsync(cluster, "shop");
        var snapshots = Snapshots(cluster, "shop");
        var snapshot = await MakeAsync(cluster, "shop");
        Assert.Equal(Slugs.IndexExists, (await snapshots.Restore(snapshot.Id, "shop")).Error?.Slug);
        Assert.Equal(Slugs.SnapshotNotFound, (await snapshots.Restore("nothing", "new")).Error?.Slug);
        Assert.Equal(Slugs.SnapshotNotFound, (await snapshots.Get("../shop", 0)).Error?.Slug);
        Assert.Equal(Slugs.SnapshotNotFound, (await snapshots.Delete("nothing"))?.Slug);
        Assert.Equal(Slugs.IndexNotFound, (await Snapshots(cluster, "nobody").List()).Error?.Slug);
        Assert.Equal(Slugs.IndexNotFound, (await Snapshots(cluster, "nobody").Begin()).Error?.Slug);
        Assert.Null(await snapshots.Delete(snapshot.Id));
        Assert.Empty(Sample.Ok(await snapshots.List()));
        Assert.False(Directory.Exists(Path.Combine(_folder, "tenants", "acme", "snapshots", "shop")));
    }

    [Fact]
    public async Task What_a_process_left_half_made_never_counts_and_goes()
    {
        var half = Path.Combine(_folder, "tenants", "acme", "snapshots", "shop", "20260101-000000-dead.tmp");
        Directory.CreateDirectory(Path.Combine(half, "shards", "0"));
        await File.WriteAllTextAsync(Path.Combine(half, "backup.json"), "{}");
        await using var cluster = await GrainsCluster.StartAsync(_folder);
        await Sample.CreateAsync(cluster, "shop");
        Assert.Empty(Sample.Ok(await Snapshots(cluster, "shop").List()));
        Assert.False(Directory.Exists(half));
    }

    [Fact]
    public async Task A_damaged_snapshot_is_shown_and_refused_by_name_and_leaves_no_index()
    {
        await using var cluster = await GrainsCluster.StartAsync(_folder);
        var sample = await Sample.CreateAsync(cluster, "shop", shards: 2);
        await sample.WriteAsync(Enumerable.Range(0, 50).Select(number => Sample.Document(number)));
        var snapshot = await MakeAsync(cluster, "shop");
        var directory = Path.Combine(_folder, "tenants", "acme", "snapshots", "shop", snapshot.Id);
        Flip(Path.Combine(directory, "shards", "1", "log.0"), 2_000);
        var refused = (await Snapshots(cluster, "shop").Restore(snapshot.Id, "new")).Error;
        Assert.Equal(Slugs.BackupDamaged, refused?.Slug);
        Assert.StartsWith("shards/1/log.0", refused!.Detail, StringComparison.Ordinal);
        Assert.Equal(Slugs.IndexNotFound, (await cluster.Index("acme", "new").Describe()).Error?.Slug);
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.Combine(_folder, "tenants", "acme", "indexes")), path => Path.GetFileName(path).StartsWith("new", StringComparison.Ordinal));

        Flip(Path.Combine(directory, "backup.json"), 40);
        var shown = Assert.Single(Sample.Ok(await Snapshots(cluster, "shop").List()));
        Assert.Equal(SnapshotState.Failed, shown.State);
        Assert.Equal(Slugs.BackupDamaged, (await Snapshots(cluster, "shop").ListFiles(snapshot.Id)).Error?.Slug);
        Assert.True((await Snapshots(cluster, "shop").Begin()).IsSuccess);
    }

    [Fact]
    public async Task An_uploaded_backup_becomes_an_index_and_leaves_nothing_else()
    {
        await using var cluster = await GrainsCluster.StartAsync(_folder);
        var sample = await Sample.CreateAsync(cluster, "shop", shards: 2);
        await sample.WriteAsync(Enumerable.Range(0, 50).Select(number => Sample.Document(number)));
        var snapshot = await MakeAsync(cluster, "shop");
        var upload = cluster.Grains.GetGrain<IUploadGrain>("acme/one");
        await SendAsync(cluster, snapshot, upload);
        var restored = new Sample(cluster, Sample.Ok(await upload.Finish("copy")));
        await upload.Abort();
        Assert.Equal(await AnswerAsync(sample, sample.Query(Sample.Vector(3), 10)), await AnswerAsync(restored, restored.Query(Sample.Vector(3), 10)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "tenants", "acme", "uploads")));
    }

    [Fact]
    public async Task An_upload_that_is_altered_cut_short_or_foreign_is_refused_by_name()
    {
        await using var cluster = await GrainsCluster.StartAsync(_folder);
        var sample = await Sample.CreateAsync(cluster, "shop", shards: 2);
        await sample.WriteAsync(Enumerable.Range(0, 50).Select(number => Sample.Document(number)));
        var snapshot = await MakeAsync(cluster, "shop");
        var altered = await SendAsync(cluster, snapshot, cluster.Grains.GetGrain<IUploadGrain>("acme/altered"), (path, bytes) => path == "shards/1/log.0" ? Flipped(bytes, 700) : bytes);
        Assert.Equal((Slugs.BackupDamaged, "shards/1/log.0"), (altered?.Slug, altered?.Detail.Split(':')[0]));

        var missing = cluster.Grains.GetGrain<IUploadGrain>("acme/missing");
        Assert.Null(await SendAsync(cluster, snapshot, missing, (path, bytes) => path == "shards/0/commit.mark" ? null : bytes));
        Assert.StartsWith("shards/0/commit.mark", (await missing.Finish("copy")).Error?.Detail, StringComparison.Ordinal);

        var foreign = cluster.Grains.GetGrain<IUploadGrain>("acme/foreign");
        Assert.Null(await SendAsync(cluster, snapshot, foreign));
        Assert.Equal(Slugs.BackupDamaged, (await foreign.Append("../../../catalog/x", 0, new byte[1].AsImmutable()))?.Slug);
        Assert.Equal(Slugs.IndexExists, (await foreign.Finish(null)).Error?.Slug);
        Assert.Equal(Slugs.InvalidName, (await foreign.Finish("../x")).Error?.Slug);
        Assert.Equal(Slugs.BackupDamaged, (await cluster.Grains.GetGrain<IUploadGrain>("acme/none").Begin("nothing"u8.ToArray().AsImmutable())).Error?.Slug);
        Assert.Equal(Slugs.IndexNotFound, (await cluster.Index("acme", "copy").Describe()).Error?.Slug);
    }

    [Fact]
    public async Task I1_What_is_written_meanwhile_is_in_the_snapshot_if_it_was_acknowledged_before()
    {
        await using var cluster = await GrainsCluster.StartAsync(_folder);
        var sample = await Sample.CreateAsync(cluster, "shop", shards: 2);
        var acknowledged = 0;
        using var enough = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var writing = Task.Run(async () =>
        {
            for (var number = 0; !enough.IsCancellationRequested; number += 4)
            {
                await sample.WriteAsync(Enumerable.Range(number, 4).Select(each => Sample.Document(each)));
                Volatile.Write(ref acknowledged, number + 4);
                if (number > 40)
                    begun.TrySetResult();
            }
        });
        await begun.Task;
        var before = Volatile.Read(ref acknowledged);
        var snapshot = await MakeAsync(cluster, "shop");
        await enough.CancelAsync();
        await writing;
        var restored = new Sample(cluster, Sample.Ok(await Snapshots(cluster, "shop").Restore(snapshot.Id, "copy")));
        var numbers = Enumerable.Range(0, before).ToArray();
        Assert.All(await restored.ReadAsync(numbers), row => Assert.NotNull(row));
        Assert.Equal(snapshot.Documents, (await restored.SearchAsync(restored.Query(null, 1))).Matched);
    }

    private static ISnapshotsGrain Snapshots(GrainsCluster cluster, string index) => cluster.Grains.GetGrain<ISnapshotsGrain>($"acme/{index}");

    private static async Task<string> AnswerAsync(Sample index, ShardQuery query)
    {
        var (hits, matched) = await index.SearchAsync(query);
        return $"{matched}\n{string.Join('\n', hits)}";
    }

    private static async Task<SnapshotInfo> MakeAsync(GrainsCluster cluster, string index)
    {
        var begun = Sample.Ok(await Snapshots(cluster, index).Begin());
        var made = Sample.Ok(await Snapshots(cluster, index).Get(begun.Id, 20_000));
        Assert.Equal(SnapshotState.Ready, made.State);
        return made;
    }

    /// <summary>Sends a snapshot as the gateway would, each file changed or left out.</summary>
    private static async Task<Error?> SendAsync(GrainsCluster cluster, SnapshotInfo snapshot, IUploadGrain upload, Func<string, byte[], byte[]?>? change = null)
    {
        var source = Snapshots(cluster, snapshot.Index);
        foreach (var file in Sample.Ok(await source.ListFiles(snapshot.Id)))
        {
            var bytes = Sample.Ok(await source.ReadFile(snapshot.Id, file.Path, 0, (int)file.Length)).Value;
            if (file.Path == "backup.json")
                Sample.Ok(await upload.Begin(bytes.AsImmutable()));
            else if ((change is null ? bytes : change(file.Path, bytes)) is { } sent && await upload.Append(file.Path, 0, sent.AsImmutable()) is { } error)
                return error;
        }

        return null;
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var changed = bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    private static void Flip(string path, int at) => File.WriteAllBytes(path, Flipped(File.ReadAllBytes(path), at));
}

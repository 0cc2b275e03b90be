using System.Text;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Tests.Files;

// Danger: a crash campaign that kills nowhere near the operation it names, or that never heard of an operation.
// Invariant: whatever changes a file passes a point before and a point after; the process dies at the chosen passage of the
// chosen point, with what came before done and what comes after not; without the variables no operation passes there.
// Method: every member of the two interfaces is called on a real directory, by reflection none is left out; dying is an exception.
public sealed class CrashPointTests : IDisposable
{
    private static readonly string[] s_reading = ["DirectoryExists", "List", "Directories", "Exists", "ReadAll", "TryOpenForReading", "LeadsTo", "Map", "get_Length", "Read", "Dispose"];

    private static readonly Dictionary<string, (string[] Points, Action<IDisk, string> Call)> s_changing = new()
    {
        ["CreateDirectory"] = (["mkdir shard-folder", "fsync folder"], static (disk, folder) => disk.CreateDirectory(In(folder, "shards/0"))),
        ["DeleteDirectory"] = (["rmdir folder", "fsync folder"], static (disk, folder) => disk.DeleteDirectory(In(folder, "empty"))),
        ["Open"] = (["create log"], static (disk, folder) => disk.Open(In(folder, "log.7")).Dispose()),
        ["TryCreate"] = (["create log"], static (disk, folder) => disk.TryCreate(In(folder, "log.8"))!.Dispose()),
        ["TryOpenExclusive"] = (["create lock"], static (disk, folder) => disk.TryOpenExclusive(In(folder, "shard.lock"))!.Dispose()),
        ["TryOpenExisting"] = ([], static (disk, folder) => disk.TryOpenExisting(In(folder, "log.0"))!.Dispose()),
        ["MapScratch"] = (["create scratch"], static (disk, folder) => disk.MapScratch(In(folder, "scratch.1"), 4096)),
        ["Rename"] = (["rename mark"], static (disk, folder) => disk.Rename(In(folder, "log.0"), In(folder, "commit.mark"))),
        ["RenameDirectory"] = (["rename shard-folder.tmp"], static (disk, folder) => disk.RenameDirectory(In(folder, "empty"), In(folder, "shards/1.tmp"))),
        ["TryLink"] = (["link backup-log"], static (disk, folder) => Assert.True(disk.TryLink(In(folder, "log.0"), In(folder, "snapshots/log.0")))),
        ["Delete"] = (["unlink log"], static (disk, folder) => disk.Delete(In(folder, "log.0"))),
        ["SyncDirectory"] = (["fsync folder"], static (disk, folder) => disk.SyncDirectory(folder)),
        ["Write"] = (["write log"], static (disk, folder) => Use(disk, folder, static file => file.Write("abcd"u8, 0))),
        ["SetLength"] = (["truncate log"], static (disk, folder) => Use(disk, folder, static file => file.SetLength(1))),
        ["Flush"] = (["fsync log"], static (disk, folder) => Use(disk, folder, static file => file.Flush())),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("clip-points-").FullName;

    public static TheoryData<string> Changing => [.. s_changing.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_operation_is_known_to_change_or_only_to_read() => Assert.Equal(
        typeof(IDisk).GetMethods().Concat(typeof(IDiskFile).GetMethods()).Select(static method => method.Name).Append("Dispose").Distinct().Order(StringComparer.Ordinal),
        s_reading.Concat(s_changing.Keys).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Changing))]
    public void What_changes_something_passes_a_point_before_and_one_after(string operation)
    {
        var (points, call) = s_changing[operation];
        Prepare();
        var passed = Record(disk => call(disk, _folder));
        Assert.All(points, point =>
        {
            Assert.Contains($"before {point}", passed);
            Assert.Contains($"after {point}", passed);
        });
        if (points.Length == 0)
            Assert.Empty(passed);
    }

    [Fact]
    public void It_dies_with_what_came_before_done_and_nothing_behind()
    {
        Prepare();
        foreach (var (moment, left) in (ReadOnlySpan<(string, string)>)[("before write log:1", "12345678"), ("amid write log:1", "ab345678"), ("after write log:1", "abcd5678")])
        {
            File.WriteAllText(In(_folder, "log.0"), "12345678");
            using var points = CrashPoints.Create(moment, record: null, static () => throw new Dead());
            var disk = LocalDisk.Around((LocalDisk)LocalDisk.Instance, points);
            Assert.Throws<Dead>(() => Use(disk, _folder, static file => file.Write("abcd"u8, 0)));
            Assert.Equal(left, File.ReadAllText(In(_folder, "log.0")));
        }
    }

    [Fact]
    public void It_dies_at_the_passage_that_was_named()
    {
        Prepare();
        using var points = CrashPoints.Create("after fsync folder:3", record: null, static () => throw new Dead());
        var disk = LocalDisk.Around((LocalDisk)LocalDisk.Instance, points);
        disk.SyncDirectory(_folder);
        disk.SyncDirectory(_folder);
        Assert.Throws<Dead>(() => disk.SyncDirectory(_folder));
    }

    [Theory]
    [InlineData("after fsync log")]
    [InlineData("fsync log:1")]
    [InlineData("during fsync log:1")]
    [InlineData("after fsync:1")]
    [InlineData("after fsync log:0")]
    [InlineData("after fsync log:x")]
    public void A_point_that_cannot_be_is_refused(string crash) => Assert.Throws<FormatException>(() => CrashPoints.Create(crash, record: null, static () => { }));

    [Fact]
    public void Without_the_variables_no_operation_passes_a_point() => Assert.IsType<LocalDisk>(LocalDisk.Instance);

    [Theory]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/shard.json.tmp", "shard.json.tmp")]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/shard.json.7.tmp", "shard.json.tmp")]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/commit.mark.7.tmp", "mark.tmp")]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/log.5.7.tmp", "log.tmp")]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/snapshot.12.3.3.tmp", "snapshot.tmp")]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/epoch.7", "claim")]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/snapshot.12.3", "snapshot")]
    [InlineData("/d/tenants/a/indexes/i-1/shards/0/vectors.12.3.bad", "bad")]
    [InlineData("/d/tenants/a/snapshots/i/b1.tmp/shards/0/log.3", "backup-log")]
    [InlineData("/d/tenants/a/snapshots/i/b1/backup.json", "backup-backup.json")]
    [InlineData("/d/catalog/index/default.i.json", "catalog")]
    public void A_file_is_named_by_what_it_is(string path, string kind) => Assert.Equal(kind, CrashPoints.KindOfFile(path));

    private static string In(string folder, string name) => Path.Combine(folder, name);

    private static void Use(IDisk disk, string folder, Action<IDiskFile> use)
    {
        using var file = disk.Open(In(folder, "log.0"));
        use(file);
    }

    private void Prepare()
    {
        Directory.CreateDirectory(In(_folder, "empty"));
        Directory.CreateDirectory(In(_folder, "snapshots"));
        Directory.CreateDirectory(In(_folder, "shards"));
        File.WriteAllText(In(_folder, "log.0"), "12345678");
    }

    private static string[] Record(Action<IDisk> call)
    {
        using var memory = new MemoryStream();
        using var writer = new StreamWriter(memory, Encoding.UTF8) { AutoFlush = true };
        using (var points = CrashPoints.Create(crash: null, writer, static () => { }))
            call(LocalDisk.Around((LocalDisk)LocalDisk.Instance, points));
        return Encoding.UTF8.GetString(memory.ToArray()).TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class Dead : Exception;
}

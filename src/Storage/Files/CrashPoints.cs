using System.Diagnostics;
using System.Globalization;
using ClipOrleans.Storage.Snapshots;

namespace ClipOrleans.Storage.Files;

/// <summary>
/// A testing aid: the named points before, amid and after every change of a file, at one of which the process kills itself
/// as kill -9 would. A name is <c>{before|amid|after} {operation} {kind of file}</c>, such as <c>after rename shard.json</c>.
/// </summary>
internal sealed class CrashPoints : IDisposable
{
    /// <summary>The point at which to die, and at which passage of it: <c>after rename mark:3</c>.</summary>
    public const string CrashVariable = "CLIPORLEANS_CRASH_AT";

    /// <summary>A file that gets a line for every point that is passed: which there are, and how often.</summary>
    public const string RecordVariable = "CLIPORLEANS_CRASH_POINTS";

    private static readonly string[] s_moments = ["before ", "amid ", "after "];

    private readonly string? _point;
    private readonly Action _die;
    private readonly StreamWriter? _record;
    private readonly Lock _gate = new();
    private int _left;

    private CrashPoints(string? point, int passage, StreamWriter? record, Action die)
    {
        _point = point;
        _left = passage;
        _record = record;
        _die = die;
    }

    /// <returns>Null when neither variable is set, as everywhere but in tests.</returns>
    /// <exception cref="FormatException">The variable names no point.</exception>
    public static CrashPoints? FromEnvironment()
    {
        var (crash, record) = (Environment.GetEnvironmentVariable(CrashVariable), Environment.GetEnvironmentVariable(RecordVariable));
        if (string.IsNullOrEmpty(crash) && string.IsNullOrEmpty(record))
            return null;
        Console.Error.WriteLine($"{CrashVariable}='{crash}': a test of crashes. This process may kill itself.");
        return Create(crash, string.IsNullOrEmpty(record) ? null : new StreamWriter(record, append: true) { AutoFlush = true }, Die);
    }

    /// <param name="crash">Point and passage, or nothing.</param>
    /// <param name="record">Gets the names of the points that are passed, or null.</param>
    /// <param name="die">What happens at the point.</param>
    public static CrashPoints Create(string? crash, StreamWriter? record, Action die)
    {
        if (string.IsNullOrEmpty(crash))
            return new CrashPoints(null, 0, record, die);
        var colon = crash.LastIndexOf(':');
        return colon > 0
            && int.TryParse(crash.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var passage) && passage > 0
            && s_moments.Any(moment => crash.StartsWith(moment, StringComparison.Ordinal)) && crash[..colon].Split(' ').Length == 3
            ? new CrashPoints(crash[..colon], passage, record, die)
            : throw new FormatException($"{CrashVariable}: '{crash}' is not '{{before|amid|after}} {{operation}} {{file}}:{{passage}}'.");
    }

    public void Pass(string point)
    {
        lock (_gate)
        {
            _record?.WriteLine(point);
            if (point == _point && --_left == 0)
                _die();
        }
    }

    /// <summary>What kind of file it is: of a shard, or of a backup; unfinished ones keep their ending.</summary>
    public static string KindOfFile(string path)
    {
        var name = Path.GetFileName(path);
        var ending = name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal) ? DurableFile.TemporarySuffix : "";
        var bare = ending.Length == 0 ? name : WithoutEpoch(name[..^ending.Length]);
        var kind = bare switch
        {
            "commit.mark" => "mark",
            "shard.lock" => "lock",
            "shard.json" or "shard.deleted" or "backup.json" => bare,
            _ when ShardFiles.TryParseSegment(bare, out _) => "log",
            _ when ShardFiles.TryParseClaim(bare, out _) => "claim",
            _ when ShardFiles.IsScratch(bare) => "scratch",
            _ when SnapshotName.TryParse(bare, out var snapshot) => snapshot.Kind,
            _ when bare.EndsWith(SnapshotName.BadSuffix, StringComparison.Ordinal) => "bad",
            _ => Has(path, "catalog") ? "catalog" : "other",
        };
        return Prefix(path) + kind + ending;
    }

    /// <summary>Unfinished files of a shard bear the epoch of their writer behind their name.</summary>
    private static string WithoutEpoch(string name)
    {
        var bare = Path.GetFileNameWithoutExtension(name);
        return bare is "shard.json" or "commit.mark" || ShardFiles.TryParseSegment(bare, out _) || SnapshotName.TryParse(bare, out _) ? bare : name;
    }

    public static string KindOfDirectory(string path)
    {
        var kind = Path.GetFileName(Path.GetDirectoryName(path)) == "shards" ? "shard-folder" : Has(path, "catalog") ? "catalog-folder" : "folder";
        return Prefix(path) + kind + (path.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal) ? DurableFile.TemporarySuffix : "");
    }

    public void Dispose() => _record?.Dispose();

    private static string Prefix(string path) => Has(path, "snapshots") ? "backup-" : Has(path, "uploads") ? "upload-" : "";

    private static bool Has(string path, string folder) => path.Split(Path.DirectorySeparatorChar).Contains(folder);

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();

        // The signal is on its way: nothing more is done on this thread, nor on one that comes to a point.
        using var never = new ManualResetEventSlim();
        never.Wait();
    }
}

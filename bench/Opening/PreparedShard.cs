using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Vectors.Filters;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace ClipOrleans.Bench.Opening;

/// <summary>A shard on disk with three declared fields, codes and a snapshot, made once and kept beside the other data.</summary>
internal static partial class PreparedShard
{
    private const int Batch = 1_000;
    private const int DontNeed = 4;

    private static readonly string[] Colours = ["red", "green", "blue", "black", "white", "yellow", "brown", "grey"];

    private static readonly FieldSchema Schema = new([new("colour", FieldType.Keyword), new("price", FieldType.Number), new("sale", FieldType.Boolean)]);

    /// <returns>How long its snapshot took.</returns>
    public static async Task<TimeSpan> MakeAsync(string vectors, string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        using var file = File.OpenHandle(vectors);
        Span<int> head = stackalloc int[2];
        RandomAccess.Read(file, MemoryMarshal.AsBytes(head), 0);
        var (count, dimensions) = (head[0], head[1]);
        using var worker = new MaintenanceWorker(new MaintenanceOptions { TrainingThreads = Environment.ProcessorCount, MeasuringPercent = 0 }, TimeProvider.System, NullLoggerFactory.Instance);
        var options = new ShardOptions { Sync = false, Maintenance = worker, SnapshotEveryBytes = 0 };
        await using var shard = await ShardEngine.CreateAsync(
            directory, new ShardDescriptor(1, "none", "1", dimensions, Schema, 0.95), options, NullLoggerFactory.Instance, TimeProvider.System);
        var pause = worker.Pause(); // Learnt once, from all of them.
        for (var first = 0; first < count; first += Batch)
            await shard.WriteAsync([.. Enumerable.Range(first, Math.Min(Batch, count - first)).Select(row => Document(file, dimensions, row))]);
        pause.Dispose();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (shard.Stats.Maintenance.Codes != CodesState.Trained || shard.Stats.Maintenance.Phase != TrainingPhase.Idle)
            await timer.WaitForNextTickAsync();
        var started = TimeProvider.System.GetTimestamp();
        await shard.SnapshotAsync();
        return TimeProvider.System.GetElapsedTime(started);
    }

    /// <summary>Takes the files of snapshots out of the shard, or brings them back.</summary>
    public static void MoveSnapshots(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from).Where(static path => Path.GetFileName(path).Split('.')[0] is "snapshot" or "rows" or "codes" or "vectors"))
            File.Move(path, Path.Combine(to, Path.GetFileName(path)));
    }

    /// <summary>Makes the system forget what it holds of the shard's files in memory; they are forced first.</summary>
    public static void MakeCold(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.FlushToDisk(file);
            if (Advise(file, 0, 0, DontNeed) is not 0 and var error)
                throw new IOException($"posix_fadvise: {error}");
        }
    }

    public static long Bytes(string directory, params ReadOnlySpan<string> kinds)
    {
        var bytes = 0L;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
            bytes += kinds.Contains(file.Name.Split('.')[0]) ? file.Length : 0;
        return bytes;
    }

    private static StoredOperation Document(SafeFileHandle file, int dimensions, int row)
    {
        var vector = new byte[dimensions * sizeof(float)];
        RandomAccess.Read(file, vector, (2 * sizeof(int)) + (row * (long)vector.Length));
        var metadata = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"title":"Product number {{row}}","colour":"{{Colours[row * 7L % Colours.Length]}}","price":{{row * 37L % 9_973}}.5,"sale":{{(row % 5 == 0 ? "true" : "false")}}}""");
        return new StoredOperation
        {
            Kind = StoredOperationKind.Upsert,
            Id = string.Create(CultureInfo.InvariantCulture, $"product-{row:D8}"),
            Vector = vector,
            Metadata = Encoding.UTF8.GetBytes(metadata),
        };
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}

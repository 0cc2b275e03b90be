using System.Globalization;

namespace ClipOrleans.Bench.Density;

/// <summary>What the process of a server uses at one moment. Linux only.</summary>
/// <param name="OpenShards">As its metrics say.</param>
/// <param name="ShardBytes">That these take in memory, by the server's own estimate.</param>
/// <param name="Resident">Bytes of memory in use, pages of mapped files among them.</param>
/// <param name="Anonymous">Of these: not pages of files.</param>
/// <param name="Peak">Most that was resident since its start.</param>
/// <param name="DataFiles">Open files below its data folder.</param>
/// <param name="Handles">Open files, sockets and all else.</param>
/// <param name="DataMaps">Mapped pieces of files below its data folder.</param>
internal sealed record SiloUse(int OpenShards, long ShardBytes, long Resident, long Anonymous, long Peak, int DataFiles, int Handles, int DataMaps)
{
    /// <param name="process">Of the server.</param>
    /// <param name="metrics">Where it tells its metrics.</param>
    /// <param name="data">Its data folder.</param>
    public static async Task<SiloUse> OfAsync(int process, Uri metrics, string data)
    {
        using var http = new HttpClient();
        var lines = (await http.GetStringAsync(metrics)).Split('\n');
        var status = File.ReadAllLines($"/proc/{process}/status");
        var files = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(TargetOf).ToList();
        var maps = File.ReadLines($"/proc/{process}/maps").Count(line => line.Contains(data + '/', StringComparison.Ordinal));
        return new SiloUse(
            (int)Metric(lines, "cliporleans_shards_open"), (long)Metric(lines, "cliporleans_shards_memory_bytes"),
            Status(status, "VmRSS"), Status(status, "RssAnon"), Status(status, "VmHWM"),
            files.Count(file => file.StartsWith(data + '/', StringComparison.Ordinal)), files.Count, maps);
    }

    /// <summary>A handle that was closed meanwhile leads nowhere.</summary>
    private static string TargetOf(string handle)
    {
        try
        {
            return File.ResolveLinkTarget(handle, returnFinalTarget: false)?.FullName ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Nothing was counted yet where there is no line.</summary>
    private static double Metric(string[] lines, string name)
    {
        var line = lines.FirstOrDefault(line => line.StartsWith(name + '{', StringComparison.Ordinal) || line.StartsWith(name + ' ', StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static long Status(string[] lines, string field)
    {
        var line = lines.First(line => line.StartsWith(field + ':', StringComparison.Ordinal));
        return long.Parse(line[(field.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) << 10;
    }
}

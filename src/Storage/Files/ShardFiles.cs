using System.Globalization;

namespace ClipOrleans.Storage.Files;

/// <summary>Names of the files in a shard's directory.</summary>
internal readonly record struct ShardFiles(string Directory)
{
    private const string LogPrefix = "log.";
    private const string ScratchPrefix = "scratch.";
    private const string ClaimPrefix = "epoch.";

    /// <summary>What the shard is, and its epoch.</summary>
    public string Manifest => Path.Combine(Directory, "shard.json");

    /// <summary>Stands while the shard's files are being removed: what is left of them is no shard.</summary>
    public string Deleted => Path.Combine(Directory, "shard.deleted");

    /// <summary>Held exclusively by the one engine that may write.</summary>
    public string Lock => Path.Combine(Directory, "shard.lock");

    /// <summary>Created by whoever wants to own the shard with an epoch; gone when <see cref="Manifest"/> says so.</summary>
    public string Claim(long epoch) => Path.Combine(Directory, ClaimPrefix + epoch.ToString(CultureInfo.InvariantCulture));

    public static bool TryParseClaim(string name, out long epoch)
    {
        epoch = 0;
        return name.StartsWith(ClaimPrefix, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(ClaimPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out epoch);
    }

    /// <summary>How far the log is known to be durable.</summary>
    public string Mark => Path.Combine(Directory, "commit.mark");

    /// <summary>Prefix of the log's segments, to which FASTER adds a dot and the number.</summary>
    public string LogBase => Path.Combine(Directory, "log");

    public string InDirectory(string name) => Path.Combine(Directory, name);

    public string Segment(int number) => LogBase + "." + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A name for a file of mapped memory, which loses it at once. What bears one after a crash is rubbish.</summary>
    public string NewScratch() => Path.Combine(Directory, ScratchPrefix + Guid.NewGuid().ToString("N"));

    public static bool IsScratch(string name) => name.StartsWith(ScratchPrefix, StringComparison.Ordinal);

    public static bool TryParseSegment(string name, out int number)
    {
        number = -1;
        return name.StartsWith(LogPrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(LogPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}

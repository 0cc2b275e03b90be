namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// How long a caller waits for calls that may rightly take longer than Orleans' 30 seconds. Inner calls end before outer
/// ones, so that the error that comes back names the part that was late.
/// </summary>
internal static class CallTimes
{
    /// <summary>Work on every row of one shard: re-deriving a filter index, deleting by filter, removing files.</summary>
    public const string OneShard = "00:02:00";

    /// <summary>The same on all shards of an index, some at a time.</summary>
    public const string ManyShards = "00:05:00";

    /// <summary>Copying and checking all bytes of an index, at the pace of the disk.</summary>
    public const string Copying = "04:00:00";
}

namespace ClipOrleans.Storage.Log;

/// <summary>Times on disk: microseconds since 1970-01-01 UTC.</summary>
internal static class RowTime
{
    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToDateTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}

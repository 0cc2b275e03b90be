namespace ClipOrleans.Storage.Log;

/// <summary>Times on disk: microseconds since 1970-01-01 UTC.</summary>
internal static class RowTime
{
    private static readonly long First = Of(DateTimeOffset.MinValue);
    private static readonly long Last = Of(DateTimeOffset.MaxValue);

    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether it can be told as a date of the years 1 to 9999.</summary>
    public static bool IsTime(long microseconds) => microseconds >= First && microseconds <= Last;

    public static DateTimeOffset ToDateTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}

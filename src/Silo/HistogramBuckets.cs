using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace ClipOrleans.Silo;

/// <summary>
/// Where the buckets of our histograms lie. Left to itself OpenTelemetry begins at 5, which says nothing of a search in
/// milliseconds that is told in seconds.
/// </summary>
internal static class HistogramBuckets
{
    /// <summary>Seconds: a tenth of a millisecond is a shard's search, half a minute a shard's opening.</summary>
    private static readonly double[] s_seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>Numbers of things: a batch is at most 256.</summary>
    private static readonly double[] s_counts = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    /// <summary>A view for OpenTelemetry; null leaves an instrument as it is.</summary>
    public static MetricStreamConfiguration? Of(Instrument instrument) =>
        instrument.Meter.Name != TelemetrySetup.OwnName || !IsHistogram(instrument)
            ? null
            : new ExplicitBucketHistogramConfiguration { Boundaries = instrument.Unit == "s" ? s_seconds : s_counts };

    private static bool IsHistogram(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Histogram<>);
}

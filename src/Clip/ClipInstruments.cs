using System.Diagnostics.Metrics;

namespace ClipOrleans.Clip;

/// <summary>What Clip measures, under the product's meter.</summary>
internal static class ClipInstruments
{
    private static readonly Meter Meter = new("ClipOrleans");

    private static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>("cliporleans.encoder.batch.size", "{input}", "Texts or images in one run of the model.");

    private static readonly Histogram<double> RunDuration = Meter.CreateHistogram<double>("cliporleans.encoder.run.duration", "s", "Duration of one run of the model.");

    public static void Ran(string kind, int batch, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("kind", kind);
        BatchSize.Record(batch, tag);
        RunDuration.Record(duration.TotalSeconds, tag);
    }
}

using System.Diagnostics.Metrics;
using ClipOrleans.Storage.Maintenance;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Grains.Tests.Telemetry;

// Danger: a promise that is broken and that no operator sees; labels that grow with the number of tenants.
// Invariant: recall, effort, samples and trainings are exported for each band, and nothing but band, statistic and outcome is a label.
public sealed class MaintenanceMetricsTests
{
    [Fact]
    public void What_maintenance_did_is_exported_by_band()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var instruments = new GrainInstruments(services.GetRequiredService<IMeterFactory>());
        instruments.WatchMaintenance(() => new MaintenanceReport(3, 1, 12.5, 640, [new("all", 0.93, 0.97, 0.5), new("1-10%", 0.9, 0.9, 2)]) { Compactions = 2, MovedBytes = 500, FreedBytes = 900 });

        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>() && instrument.IsObservable)
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "cliporleans.index.effort selectivity=1-10%: 2",
                "cliporleans.index.effort selectivity=all: 0.5",
                "cliporleans.index.recall selectivity=1-10%,statistic=mean: 0.9",
                "cliporleans.index.recall selectivity=1-10%,statistic=worst: 0.9",
                "cliporleans.index.recall selectivity=all,statistic=mean: 0.97",
                "cliporleans.index.recall selectivity=all,statistic=worst: 0.93",
                "cliporleans.index.recall.samples : 640",
                "cliporleans.index.training.time : 12.5",
                "cliporleans.index.trainings outcome=done: 3",
                "cliporleans.index.trainings outcome=failed: 1",
                "cliporleans.log.compaction.bytes kind=freed: 900",
                "cliporleans.log.compaction.bytes kind=moved: 500",
                "cliporleans.log.compactions : 2",
            ],
            seen.Order(StringComparer.Ordinal));

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen.Add(FormattableString.Invariant($"{instrument.Name} {string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}: {value}"));
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Storage.Maintenance;

namespace ClipOrleans.Grains;

/// <summary>
/// What the grains measure, under the meter <c>ClipOrleans</c>. No tenant and no index is a label: there may be any
/// number of them.
/// </summary>
internal sealed class GrainInstruments
{
    public const string Name = "ClipOrleans";

    /// <summary>Spans of work inside a grain.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    private readonly Meter _meter;
    private readonly Histogram<double> _searchDuration;
    private readonly Histogram<double> _searchQueued;
    private readonly Counter<long> _searchesRefused;
    private readonly Histogram<double> _writeDuration;
    private readonly Counter<long> _operations;
    private readonly Histogram<double> _openDuration;
    private readonly UpDownCounter<long> _openShards;
    private readonly Counter<long> _coldShards;
    private readonly UpDownCounter<long> _readOnlyShards;
    private readonly Counter<long> _openFailures;
    private readonly Counter<long> _moves;
    private readonly Counter<long> _encodings;
    private readonly Counter<long> _encodingsRefused;

    public GrainInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _searchDuration = _meter.CreateHistogram<double>("cliporleans.shard.search.duration", "s", "Time of one search on one shard, without waiting");
        _searchQueued = _meter.CreateHistogram<double>("cliporleans.shard.search.queued", "s", "Time a shard search waited for a thread");
        _searchesRefused = _meter.CreateCounter<long>("cliporleans.shard.search.refused", "{search}", "Shard searches refused since the queue was full");
        _writeDuration = _meter.CreateHistogram<double>("cliporleans.shard.write.duration", "s", "Time until a batch of operations was durable");
        _operations = _meter.CreateCounter<long>("cliporleans.shard.operations", "{operation}", "Operations written, by outcome");
        _openDuration = _meter.CreateHistogram<double>("cliporleans.shard.open.duration", "s", "Time to open a shard");
        _openShards = _meter.CreateUpDownCounter<long>("cliporleans.shards.open", "{shard}", "Shards open in this process");
        _coldShards = _meter.CreateCounter<long>("cliporleans.shards.cold", "{shard}", "Shards and replicas that were closed though nothing was wrong with them, by reason");
        _readOnlyShards = _meter.CreateUpDownCounter<long>("cliporleans.shards.readonly", "{shard}", "Shards open in this process that take no writes at the moment, since their disk is full or fails");
        _openFailures = _meter.CreateCounter<long>("cliporleans.shard.open.failures", "{failure}", "Shards that could not be opened");
        _moves = _meter.CreateCounter<long>("cliporleans.shard.moves", "{move}", "Planned hand-overs of shards to other silos, by outcome");
        _encodings = _meter.CreateCounter<long>("cliporleans.encoder.inputs", "{input}", "Texts and images embedded, by kind");
        _encodingsRefused = _meter.CreateCounter<long>("cliporleans.encoder.refused", "{request}", "Requests refused since the encoder's queue was full");
    }

    public void WatchSearchQueue(Func<int> length) =>
        _meter.CreateObservableGauge("cliporleans.shard.search.queue", length, "{search}", "Shard searches that wait for a thread");

    public void WatchMemory(Func<long> taken, long budget)
    {
        _meter.CreateObservableGauge("cliporleans.shards.memory", taken, "By", "Memory of the process that its open shards and replicas take, mapped files not counted");
        _meter.CreateObservableGauge("cliporleans.shards.memory.budget", () => budget, "By", "Memory that they may take before the least recently used of them are closed");
    }

    /// <summary>Asked for whenever metrics are read.</summary>
    public void WatchMaintenance(Func<MaintenanceReport> report)
    {
        _meter.CreateObservableGauge("cliporleans.index.recall", () => report().Bands.SelectMany(RecallOf), "1", "Measured recall@10, worst and mean over the shards of this process, by share of the documents that the filter matches");
        _meter.CreateObservableGauge("cliporleans.index.effort", () => report().Bands.Select(band => new Measurement<double>(band.Effort, Tag("selectivity", band.Selectivity))), "{level}", "Level of effort of approximate searches, mean over the shards of this process; one more is about double the work");
        _meter.CreateObservableCounter("cliporleans.index.recall.samples", () => report().MeasuredQueries, "{query}", "Queries whose recall was measured");
        _meter.CreateObservableCounter("cliporleans.index.trainings", () => TrainingsOf(report()), "{training}", "Trainings of a shard's codes, by outcome");
        _meter.CreateObservableCounter("cliporleans.log.compactions", () => report().Compactions, "{pass}", "Passes that gave back space of overwritten and deleted documents");
        _meter.CreateObservableCounter("cliporleans.log.compaction.bytes", () => CompactedBytes(report()), "By", "Bytes of living documents that were copied for it, and bytes that logs became shorter");
        _meter.CreateObservableCounter("cliporleans.index.training.time", () => report().TrainingSeconds, "s", "Time from the beginning of trainings until their codes served");
    }

    public void Searched(ShardPlan plan)
    {
        _searchDuration.Record((plan.FilterMicroseconds + plan.ScanMicroseconds) / 1e6, new KeyValuePair<string, object?>("strategy", plan.Strategy));
        _searchQueued.Record(plan.QueuedMicroseconds / 1e6);
    }

    public void SearchRefused() => _searchesRefused.Add(1);

    public void Wrote(TimeSpan took, long done, long failed)
    {
        _writeDuration.Record(took.TotalSeconds);
        _operations.Add(done, new KeyValuePair<string, object?>("outcome", "done"));
        _operations.Add(failed, new KeyValuePair<string, object?>("outcome", "failed"));
    }

    public void ShardOpened(TimeSpan took)
    {
        _openDuration.Record(took.TotalSeconds);
        _openShards.Add(1);
    }

    public void ShardClosed() => _openShards.Add(-1);

    public void ShardsReadOnly(int change) => _readOnlyShards.Add(change);

    public void ShardOpenFailed() => _openFailures.Add(1);

    public void ShardMoved() => _moves.Add(1, Tag("outcome", "done"));

    public void ShardNotMoved() => _moves.Add(1, Tag("outcome", "failed"));

    public void Encoded(string kind, int inputs) => _encodings.Add(inputs, new KeyValuePair<string, object?>("kind", kind));

    public void ShardWentCold(string reason) => _coldShards.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void EncodingRefused() => _encodingsRefused.Add(1);

    private static IEnumerable<Measurement<double>> RecallOf(BandSummary band) =>
    [
        new(band.Worst, Tag("selectivity", band.Selectivity), Tag("statistic", "worst")),
        new(band.Mean, Tag("selectivity", band.Selectivity), Tag("statistic", "mean")),
    ];

    private static IEnumerable<Measurement<long>> CompactedBytes(MaintenanceReport report) =>
    [
        new(report.MovedBytes, Tag("kind", "moved")),
        new(report.FreedBytes, Tag("kind", "freed")),
    ];

    private static IEnumerable<Measurement<long>> TrainingsOf(MaintenanceReport report) =>
    [
        new(report.Trainings, Tag("outcome", "done")),
        new(report.FailedTrainings, Tag("outcome", "failed")),
    ];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

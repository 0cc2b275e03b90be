using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClipOrleans.Gateway.Telemetry;

/// <summary>
/// Spans and metrics of the gateway, under the name <c>ClipOrleans</c>. Labels are of closed lists: never a tenant, an
/// index or anything else a caller names.
/// </summary>
internal sealed class GatewayInstruments
{
    public const string Name = "ClipOrleans";

    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Histogram<double> _stages;
    private readonly Counter<long> _documents;
    private readonly Counter<long> _searches;
    private readonly Counter<long> _embeddings;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _repeated;

    public GatewayInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _stages = _meter.CreateHistogram<double>("cliporleans.gateway.stage.duration", "s", "Time of one stage of a request");
        _documents = _meter.CreateCounter<long>("cliporleans.gateway.documents", "{document}", "Documents written, by outcome");
        _searches = _meter.CreateCounter<long>("cliporleans.gateway.searches", "{search}", "Searches answered, whole or partial");
        _embeddings = _meter.CreateCounter<long>("cliporleans.gateway.embeddings", "{embedding}", "Embeddings asked for, by kind and by where they came from");
        _repeated = _meter.CreateCounter<long>("cliporleans.gateway.repeated", "{call}", "Calls to grains made again, since a silo was not reached or a shard was moving");
        _refused = _meter.CreateCounter<long>("cliporleans.gateway.refused", "{request}", "Requests turned away because too many were at work");
    }

    public void WatchComputing(Func<int> count) =>
        _meter.CreateObservableGauge("cliporleans.gateway.computing", count, "{task}", "Embeddings and searches of requests that are at work");

    public void Repeated() => _repeated.Add(1);

    /// <summary>Measures a stage, as span and as duration; dispose to end it.</summary>
    public StageTimer Stage(string stage) => new(Source.StartActivity(stage), this, stage);

    public void Documents(string outcome, int count) => _documents.Add(count, new KeyValuePair<string, object?>("outcome", outcome));

    public void Searched(bool partial) => _searches.Add(1, new KeyValuePair<string, object?>("partial", partial));

    public void Embedded(string kind, bool cached) =>
        _embeddings.Add(1, new("kind", kind), new("cached", cached));

    public void Refused() => _refused.Add(1);

    internal readonly struct StageTimer(Activity? span, GatewayInstruments instruments, string stage) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            instruments._stages.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, new KeyValuePair<string, object?>("stage", stage));
            span?.Dispose();
        }
    }
}

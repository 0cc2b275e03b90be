using System.Runtime.CompilerServices;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Import.Progress;
using ClipOrleans.Cli.Import.Resume;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Cli.Import;

/// <summary>
/// Reads rows, sends them in parallel batches and keeps book: a row counts as done only when the server has acknowledged it.
/// Rows are read as batches are sent, so memory does not grow with the source.
/// </summary>
/// <param name="resume">Where to remember what is done; null when nobody will continue.</param>
internal sealed class Importer(IndexClient index, ImportSettings settings, ProgressMeter meter, RowSet done, ResumeFile? resume, FailedRows failures, TimeProvider clock)
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    private readonly BatchSender _sender = new(index, settings.RetryFor, clock);
    private readonly Lock _gate = new();
    private long _created;
    private long _updated;
    private long _images;
    private long _savedAt = clock.GetTimestamp();

    /// <summary>Sends every row that is not done yet. However it ends, what is done is remembered.</summary>
    public async Task RunAsync(IRowSource source, RowMapper mapper, CancellationToken stop)
    {
        failures.Begin();
        var run = new ParallelOptions { MaxDegreeOfParallelism = settings.Parallel, CancellationToken = stop };
        try
        {
            await Parallel.ForEachAsync(BatchesAsync(source, mapper, stop), run, SendAsync).ConfigureAwait(false);
        }
        finally
        {
            resume?.Save(done);
        }
    }

    public ImportTotals Totals() => new(_created, _updated, _images, failures.Count);

    private async IAsyncEnumerable<List<MappedRow>> BatchesAsync(IRowSource source, RowMapper mapper, [EnumeratorCancellation] CancellationToken stop)
    {
        var batch = new List<MappedRow>();
        var bytes = 0L;
        await foreach (var row in source.ReadAsync(stop).ConfigureAwait(false))
        {
            if (IsDone(row.Number))
                continue;
            var mapped = await mapper.MapAsync(row, stop).ConfigureAwait(false);
            if (mapped.Problem is { } problem)
            {
                Refuse(mapped, problem);
                continue;
            }
            if (batch.Count > 0 && (batch.Count == settings.Batch || bytes + mapped.Bytes > settings.BatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(mapped);
            bytes += mapped.Bytes;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private async ValueTask SendAsync(List<MappedRow> batch, CancellationToken stop)
    {
        var outcomes = await _sender.SendAsync(batch, stop).ConfigureAwait(false);
        lock (_gate)
        {
            var failed = failures.Count;
            foreach (var outcome in outcomes)
                Record(outcome);
            failed = failures.Count - failed;
            meter.Add(outcomes.Count - (int)failed, (int)failed);
            if (resume is null || clock.GetElapsedTime(_savedAt) < SaveEvery)
                return;
            resume.Save(done);
            _savedAt = clock.GetTimestamp();
        }
    }

    private void Record(RowOutcome outcome)
    {
        var (row, result) = outcome;
        if (result.Status == DocumentStatus.Failed)
        {
            failures.Add(row, result.Error ?? new Problem { Title = "Refused without a reason" });
            return;
        }
        done.Add(row.Number);
        _images += row.HasImage ? 1 : 0;
        if (result.Status == DocumentStatus.Created)
            _created++;
        else
            _updated++;
    }

    private void Refuse(MappedRow row, Problem problem)
    {
        lock (_gate)
            failures.Add(row, problem);
        meter.Add(0, 1);
    }

    private bool IsDone(long row)
    {
        lock (_gate)
            return done.Contains(row);
    }
}

/// <summary>What an import has done in this run.</summary>
/// <param name="Images">How many of the stored documents came with an image.</param>
internal sealed record ImportTotals(long Created, long Updated, long Images, long Failed)
{
    public long Stored => Created + Updated;
}

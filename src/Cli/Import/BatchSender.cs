using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Cli.Import;

/// <summary>
/// Sends a batch until each of its rows is stored or refused for good. A batch that is refused whole is halved, so that one
/// bad row does not take its neighbours with it; rows that the server was too busy for are sent again.
/// </summary>
internal sealed class BatchSender(IndexClient index, TimeSpan retryFor, TimeProvider clock)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <returns>One outcome a row, in no order.</returns>
    /// <exception cref="ClipOrleansException">The server did not answer in time, or wants nothing from us (key, index).</exception>
    public async Task<IReadOnlyList<RowOutcome>> SendAsync(IReadOnlyList<MappedRow> rows, CancellationToken stop)
    {
        var outcomes = new List<RowOutcome>(rows.Count);
        var pending = rows;
        var (delay, busySince) = (FirstDelay, default(long?));
        while (true)
        {
            var round = new List<RowOutcome>(pending.Count);
            await SendOrHalveAsync(pending, round, stop).ConfigureAwait(false);
            var busy = round.Where(outcome => outcome.Result.Error is { Status: 429 or 503 }).ToList();
            outcomes.AddRange(round.Except(busy));
            if (busy.Count == 0)
                return outcomes;
            if (busy.Count < pending.Count)
                (delay, busySince) = (FirstDelay, null);
            busySince ??= clock.GetTimestamp();
            if (clock.GetElapsedTime(busySince.Value) + delay > retryFor)
                return [.. outcomes, .. busy];
            await Task.Delay(delay, clock, stop).ConfigureAwait(false);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            pending = [.. busy.Select(outcome => outcome.Row)];
        }
    }

    private async Task SendOrHalveAsync(IReadOnlyList<MappedRow> rows, List<RowOutcome> outcomes, CancellationToken stop)
    {
        try
        {
            var answer = await index.UpsertAsync([.. rows.Select(row => row.Document!)], stop).ConfigureAwait(false);
            if (answer.Results.Count != rows.Count)
                throw new InvalidDataException($"The server answered {answer.Results.Count} of {rows.Count} documents");
            outcomes.AddRange(rows.Zip(answer.Results, (row, result) => new RowOutcome(row, result)));
        }
        catch (ClipOrleansException refused) when (refused.Status is 400 or 413 or 422 or 500)
        {
            if (rows.Count == 1)
            {
                outcomes.Add(new RowOutcome(rows[0], new DocumentResult { Id = rows[0].Id, Status = DocumentStatus.Failed, Error = refused.Problem }));
                return;
            }
            var half = rows.Count / 2;
            await SendOrHalveAsync([.. rows.Take(half)], outcomes, stop).ConfigureAwait(false);
            await SendOrHalveAsync([.. rows.Skip(half)], outcomes, stop).ConfigureAwait(false);
        }
    }
}

/// <summary>What became of a row.</summary>
internal sealed record RowOutcome(MappedRow Row, DocumentResult Result);

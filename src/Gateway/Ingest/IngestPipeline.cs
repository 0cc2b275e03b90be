using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Telemetry;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// Takes documents in and writes them in the order they came: while the first are written, the next are embedded and the
/// ones after them read. In between stands one bounded queue; when it is full, reading waits, and with it the sender.
/// </summary>
internal sealed class IngestPipeline(DocumentPreparer preparer, MeteredWriter writer, GatewayInstruments instruments)
{
    /// <summary>Documents between reading and writing when they are answered as they come.</summary>
    private const int StreamingQueue = 256;

    /// <summary>The same where each may keep its original image of up to 20 MiB.</summary>
    private const int StreamingQueueOfOriginals = 32;

    /// <summary>Documents of one write: what is ready, up to this.</summary>
    private const int MaxWrite = 256;

    /// <param name="index">The index.</param>
    /// <param name="stream">The documents.</param>
    /// <param name="whole">Write nothing before the whole request has been read and found good. The stream is then of at most 1,000 documents.</param>
    /// <param name="cancel">Ends it; what was written stays.</param>
    /// <returns>Results in order, some at a time. After the last, <see cref="DocumentStream.Failure"/> tells whether the request itself failed.</returns>
    public async IAsyncEnumerable<IReadOnlyList<WrittenDocument>> RunAsync(
        OpenIndex index, DocumentStream stream, bool whole, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var streaming = index.Spec.KeepImages == KeepImages.Original ? StreamingQueueOfOriginals : StreamingQueue;
        var capacity = whole ? Contracts.Limits.MaxDocumentsPerRequest : streaming;
        // Full: the reader waits, and so does the sender of the request.
        var queue = Channel.CreateBounded<Task<PreparedDocument>>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(index, stream, queue.Writer, stop.Token);
        try
        {
            if (whole)
            {
                await reading;
                if (stream.Failure is not null)
                    yield break;
            }

            while (await queue.Reader.WaitToReadAsync(cancel))
            {
                var batch = await TakeReadyAsync(queue.Reader);
                yield return await WriteAsync(index, batch);
            }

            await reading;
        }
        finally
        {
            await stop.CancelAsync();
            await DrainAsync(queue.Reader, reading);
        }
    }

    /// <summary>Writes one document.</summary>
    public async Task<WrittenDocument> RunOneAsync(OpenIndex index, DocumentItem item, CancellationToken cancel) =>
        (await WriteAsync(index, [await preparer.PrepareAsync(index, item, cancel)]))[0];

    private async Task ReadAsync(OpenIndex index, DocumentStream stream, ChannelWriter<Task<PreparedDocument>> queue, CancellationToken cancel)
    {
        try
        {
            await foreach (var item in stream.ReadAsync(cancel))
            {
                if (await WaitAsync(queue, item, cancel))
                    queue.TryWrite(preparer.PrepareAsync(index, item, cancel));
            }
        }
        finally
        {
            queue.Complete();
        }
    }

    /// <summary>An item that is not handed on gives its memory back.</summary>
    private static async Task<bool> WaitAsync(ChannelWriter<Task<PreparedDocument>> queue, DocumentItem item, CancellationToken cancel)
    {
        try
        {
            return await queue.WaitToWriteAsync(cancel);
        }
        catch
        {
            item.Dispose();
            throw;
        }
    }

    private static async Task<List<PreparedDocument>> TakeReadyAsync(ChannelReader<Task<PreparedDocument>> queue)
    {
        var batch = new List<PreparedDocument>();
        while (batch.Count < MaxWrite && queue.TryPeek(out var next) && (batch.Count == 0 || next.IsCompleted))
        {
            queue.TryRead(out _);
            batch.Add(await next);
        }

        return batch;
    }

    private async Task<WrittenDocument[]> WriteAsync(OpenIndex index, List<PreparedDocument> batch)
    {
        var operations = batch.Where(document => document.Operation is not null).Select(document => document.Operation!).ToList();
        var outcomes = operations.Count > 0 ? await writer.WriteAsync(index, operations) : [];
        var results = new WrittenDocument[batch.Count];
        var next = 0;
        for (var i = 0; i < results.Length; i++)
        {
            var (id, operation, error) = batch[i];
            results[i] = operation is null ? Failed(id, error!) : ResultOf(operation.Id, outcomes[next++]);
        }

        foreach (var outcome in results.GroupBy(result => result.StatusName, StringComparer.Ordinal))
            instruments.Documents(outcome.Key, outcome.Count());
        return results;
    }

    private static WrittenDocument ResultOf(string id, Result<WriteOutcome> outcome)
    {
        if (!outcome.IsSuccess)
            return Failed(id, outcome.Error);
        return outcome.Value switch
        {
            { Status: WriteStatus.Created or WriteStatus.Updated } => new WrittenDocument(id, outcome.Value.Status, null),
            { Status: WriteStatus.Failed, Error: { } error } => Failed(id, error),
            var other => throw new InvalidDataException($"A shard answered {other.Status} to an upsert."),
        };
    }

    private static WrittenDocument Failed(string? id, Error error) => new(id, WriteStatus.Failed, error);

    /// <summary>After the end, wanted or not: nothing of this request goes on, and everything has given its memory back.</summary>
    private static async Task DrainAsync(ChannelReader<Task<PreparedDocument>> queue, Task reading)
    {
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (queue.TryRead(out var left))
            await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

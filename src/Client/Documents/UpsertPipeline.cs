using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ClipOrleans.Client.Documents;

/// <summary>
/// Cuts a stream of documents into batches and keeps several under way. Answers come out in order, so a caller that stops
/// reading holds back the sending: the queue of running batches is the only buffer.
/// </summary>
internal sealed class UpsertPipeline
{
    private readonly IndexClient _index;
    private readonly UpsertManyOptions _options;

    public UpsertPipeline(IndexClient index, UpsertManyOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.BatchSize is >= 1 and <= 1000, true, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchBytes, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallel, 1, nameof(options));
        _index = index;
        _options = options;
    }

    public async IAsyncEnumerable<DocumentResult> RunAsync(
        IAsyncEnumerable<DocumentInput> documents, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // One batch is being awaited by the reader and one by the writer: the rest of the parallel ones wait in between.
        var underWay = Channel.CreateBounded<Task<UpsertResponse>>(new BoundedChannelOptions(Math.Max(1, _options.Parallel - 1))
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
            SingleWriter = true,
        });
        var slots = new SemaphoreSlim(_options.Parallel);
        var sending = SendAllAsync(documents, underWay.Writer, slots, stop.Token);
        try
        {
            await foreach (var batch in underWay.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                foreach (var result in (await batch.ConfigureAwait(false)).Results)
                    yield return result;
            }
            await sending.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await EndAsync(sending, underWay.Reader).ConfigureAwait(false);
            slots.Dispose();
        }
    }

    private async Task SendAllAsync(
        IAsyncEnumerable<DocumentInput> documents, ChannelWriter<Task<UpsertResponse>> underWay, SemaphoreSlim slots, CancellationToken stop)
    {
        try
        {
            await foreach (var batch in BatchesAsync(documents, stop).ConfigureAwait(false))
            {
                await slots.WaitAsync(stop).ConfigureAwait(false);
                var sent = SendAsync(batch, slots, stop);
                try
                {
                    await underWay.WriteAsync(sent, stop).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Stopped: nobody reads it any more.
                    throw;
                }
            }
        }
        finally
        {
            underWay.Complete();
        }
    }

    private async Task<UpsertResponse> SendAsync(List<DocumentInput> batch, SemaphoreSlim slots, CancellationToken stop)
    {
        try
        {
            return await _index.UpsertAsync(batch, stop).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private async IAsyncEnumerable<List<DocumentInput>> BatchesAsync(
        IAsyncEnumerable<DocumentInput> documents, [EnumeratorCancellation] CancellationToken stop)
    {
        var batch = new List<DocumentInput>();
        var bytes = 0L;
        await foreach (var document in documents.WithCancellation(stop).ConfigureAwait(false))
        {
            var size = SizeOf(document);
            if (batch.Count > 0 && (batch.Count == _options.BatchSize || bytes + size > _options.BatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(document);
            bytes += size;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private static long SizeOf(DocumentInput document) =>
        (document.Image?.Length ?? 0) + 4L * (document.Vector?.Length ?? 0) + (document.Text?.Length ?? 0);

    /// <summary>Waits until nothing runs any more; what the stopped batches say is no longer anyone's business.</summary>
    private static async Task EndAsync(Task sending, ChannelReader<Task<UpsertResponse>> rest)
    {
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (rest.TryRead(out var batch))
            await ((Task)batch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

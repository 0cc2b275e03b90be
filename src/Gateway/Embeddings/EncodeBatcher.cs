using System.Collections.Immutable;
using System.Threading.Channels;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>
/// Sends what is at hand to the encoder together. A few senders share one queue: an input that comes alone leaves at
/// once, and while all senders are out, the next ones gather to a batch. The queue is bounded: who may wait waits
/// for a place, who may not is told at once that the encoder is overloaded.
/// </summary>
internal sealed class EncodeBatcher<T> : IAsyncDisposable
{
    private readonly Func<ImmutableArray<T>, CancellationToken, Task<Result<ImmutableArray<byte[]>>>> _encode;
    private readonly Channel<Pending> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _senders;
    private readonly int _maxBatch;

    public EncodeBatcher(int senders, int maxBatch, int capacity, Func<ImmutableArray<T>, CancellationToken, Task<Result<ImmutableArray<byte[]>>>> encode)
    {
        _encode = encode;
        _maxBatch = maxBatch;
        // Full: writers wait (imports), or are refused by TryWrite (searches).
        _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait });
        _senders = [.. Enumerable.Range(0, senders).Select(_ => Task.Run(SendAsync))];
    }

    /// <returns>The embedding, float32 little-endian, or overloaded, or what the encoder answers.</returns>
    public async Task<Result<byte[]>> EncodeAsync(T input, bool mayWait, CancellationToken cancel)
    {
        var pending = new Pending(input, new TaskCompletionSource<Result<byte[]>>(TaskCreationOptions.RunContinuationsAsynchronously), cancel);
        if (mayWait)
            await _queue.Writer.WriteAsync(pending, cancel);
        else if (!_queue.Writer.TryWrite(pending))
            return Error.Of(Slugs.Overloaded, "Too many texts and images wait to be embedded: try again in a moment.");
        return await pending.Done.Task.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await Task.WhenAll(_senders);
        _stop.Dispose();
    }

    private async Task SendAsync()
    {
        var batch = new List<Pending>(_maxBatch);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token))
            {
                batch.Clear();
                while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var pending))
                {
                    // Nobody waits for these any more.
                    if (!pending.Cancel.IsCancellationRequested)
                        batch.Add(pending);
                }

                if (batch.Count > 0)
                    await CompleteAsync(batch);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            while (_queue.Reader.TryRead(out var pending))
                pending.Done.TrySetCanceled(_stop.Token);
        }
    }

    private async Task CompleteAsync(List<Pending> batch)
    {
        try
        {
            var answer = await _encode([.. batch.Select(pending => pending.Input)], _stop.Token);
            if (answer.IsSuccess && answer.Value.Length != batch.Count)
                throw new InvalidDataException($"The encoder answered {answer.Value.Length} embeddings to {batch.Count} inputs.");
            for (var i = 0; i < batch.Count; i++)
                batch[i].Done.TrySetResult(answer.IsSuccess ? answer.Value[i] : answer.Error);
        }
        catch (Exception exception)
        {
            foreach (var pending in batch)
                pending.Done.TrySetException(exception);
        }
    }

    private sealed record Pending(T Input, TaskCompletionSource<Result<byte[]>> Done, CancellationToken Cancel);
}

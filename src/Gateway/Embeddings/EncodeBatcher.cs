using System.Collections.Immutable;
using System.Threading.Channels;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>
/// Sends what is at hand to the encoders together. Only so many calls are out at once: an input that comes alone leaves at
/// once, and while all calls are out, the next ones gather to a batch. The queue is bounded: who may wait waits for a
/// place, who may not is told at once that the encoder is overloaded.
/// </summary>
internal sealed class EncodeBatcher<T> : IAsyncDisposable
{
    private readonly Func<ImmutableArray<T>, CancellationToken, Task<Result<ImmutableArray<byte[]>>>> _encode;
    private readonly Func<int> _width;
    private readonly Channel<Pending> _queue;

    /// <summary>That a call has come back; one word is enough for all of them.</summary>
    private readonly Channel<bool> _returned = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private readonly int _maxBatch;
    private int _out;

    /// <param name="width">How many calls may be out at once, asked before each.</param>
    /// <param name="maxBatch">Most inputs of one call.</param>
    /// <param name="capacity">Inputs that may wait.</param>
    /// <param name="encode">The call.</param>
    public EncodeBatcher(Func<int> width, int maxBatch, int capacity, Func<ImmutableArray<T>, CancellationToken, Task<Result<ImmutableArray<byte[]>>>> encode)
    {
        _encode = encode;
        _width = width;
        _maxBatch = maxBatch;
        // Full: writers wait (imports), or are refused by TryWrite (searches).
        _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait });
        _sending = Task.Run(SendAsync);
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
        await _sending;
        _stop.Dispose();
    }

    private async Task SendAsync()
    {
        var calls = new List<Task>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token))
            {
                while (Volatile.Read(ref _out) >= _width())
                    await _returned.Reader.ReadAsync(_stop.Token);
                var batch = Gather();
                if (batch.Count == 0)
                    continue;
                Interlocked.Increment(ref _out);
                calls.RemoveAll(static call => call.IsCompleted);
                // Away from here: copying the images of a call takes as long as gathering the next ones.
                calls.Add(Task.Run(() => CompleteAsync(batch)));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            while (_queue.Reader.TryRead(out var pending))
                pending.Done.TrySetCanceled(_stop.Token);
        }

        await Task.WhenAll(calls);
    }

    private List<Pending> Gather()
    {
        var batch = new List<Pending>();
        while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var pending))
        {
            // Nobody waits for these any more.
            if (!pending.Cancel.IsCancellationRequested)
                batch.Add(pending);
        }

        return batch;
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
        finally
        {
            Interlocked.Decrement(ref _out);
            _returned.Writer.TryWrite(true);
        }
    }

    private sealed record Pending(T Input, TaskCompletionSource<Result<byte[]>> Done, CancellationToken Cancel);
}

using System.Collections.Immutable;
using ClipOrleans.Clip.Scheduling;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>
/// Sends what is at hand to the encoders together. Only so many calls are out at once: an input that comes alone leaves at
/// once, and while all calls are out, the next ones gather to a batch. A call is of one tenant alone, and tenants take turns: one that
/// has nothing out need not wait for another one's calls. The queue is bounded: who may wait waits for a
/// place, who may not is told at once that the encoder is overloaded.
/// </summary>
internal sealed class EncodeBatcher<T> : IAsyncDisposable
{
    private readonly Func<string, ImmutableArray<T>, CancellationToken, Task<Result<ImmutableArray<byte[]>>>> _encode;
    private readonly Func<int> _width;
    private readonly int _maxBatch;

    private readonly Lock _gate = new();
    private readonly Turns<Pending> _waiting;

    /// <summary>Calls that are out, of each tenant that has any.</summary>
    private readonly Dictionary<string, int> _out = new(StringComparer.Ordinal);

    private readonly HashSet<Task> _calls = [];

    /// <summary>Places of those who may wait for one.</summary>
    private readonly SemaphoreSlim _places;

    private readonly CancellationTokenSource _stop = new();

    /// <param name="width">How many calls may be out at once, asked before each.</param>
    /// <param name="maxBatch">Most inputs of one call.</param>
    /// <param name="capacity">Inputs that may wait: so many of imports, and so many of others.</param>
    /// <param name="encode">The call, for a tenant.</param>
    public EncodeBatcher(Func<int> width, int maxBatch, int capacity, Func<string, ImmutableArray<T>, CancellationToken, Task<Result<ImmutableArray<byte[]>>>> encode)
    {
        _encode = encode;
        _width = width;
        _maxBatch = maxBatch;
        _waiting = new Turns<Pending>(capacity);
        _places = new SemaphoreSlim(capacity);
    }

    /// <returns>The embedding, float32 little-endian, or overloaded, or what the encoder answers.</returns>
    public async Task<Result<byte[]>> EncodeAsync(string tenant, T input, bool mayWait, CancellationToken cancel)
    {
        var pending = new Pending(input, new TaskCompletionSource<Result<byte[]>>(TaskCreationOptions.RunContinuationsAsynchronously), cancel);
        if (!mayWait)
            return TryQueue(tenant, pending) ? await pending.Done.Task.WaitAsync(cancel) : Error.Of(Slugs.Overloaded, "Too many texts and images wait to be embedded: try again in a moment.");
        await _places.WaitAsync(cancel);
        try
        {
            Queue(tenant, pending);
            return await pending.Done.Task.WaitAsync(cancel);
        }
        finally
        {
            _places.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] calls;
        lock (_gate)
        {
            while (_waiting.TryTake(out var pending))
                pending.Done.TrySetCanceled(_stop.Token);
            calls = [.. _calls];
        }

        await Task.WhenAll(calls);
    }

    private bool TryQueue(string tenant, Pending pending)
    {
        lock (_gate)
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (!_waiting.TryAdd(tenant, pending))
                return false;
            Send();
            return true;
        }
    }

    private void Queue(string tenant, Pending pending)
    {
        lock (_gate)
        {
            _stop.Token.ThrowIfCancellationRequested();
            _waiting.Add(tenant, pending);
            Send();
        }
    }

    /// <summary>Sends as many calls as may be out. Under the lock.</summary>
    private void Send()
    {
        var batch = new List<Pending>();
        while (TakeNext(batch) is { } tenant)
        {
            // Nobody waits for these any more.
            batch.RemoveAll(static pending => pending.Cancel.IsCancellationRequested);
            if (batch.Count == 0)
                continue;
            _out[tenant] = _out.GetValueOrDefault(tenant) + 1;
            var inputs = batch;
            // Away from here: copying the images of a call takes as long as gathering the next ones.
            var call = Task.Run(() => CompleteAsync(tenant, inputs));
            _calls.Add(call);
            call.ContinueWith(Returned, tenant, TaskScheduler.Default);
            batch = [];
        }
    }

    private string? TakeNext(List<Pending> batch)
    {
        var tenants = _waiting.Owners + _out.Keys.Count(other => !_waiting.Has(other));
        return _waiting.Take(tenant => MayLeave(tenant, tenants), batch);
    }

    /// <summary>How many inputs of a tenant may leave now: alone it has all calls, beside others its share of them, and one in any case. Under the lock.</summary>
    private int MayLeave(string tenant, int tenants)
    {
        var (width, own) = (_width(), _out.GetValueOrDefault(tenant));
        var mayCall = own == 0 || (own < width / tenants && _calls.Count < width);
        return mayCall ? Math.Max(1, _maxBatch / tenants) : 0;
    }

    private void Returned(Task call, object? tenant)
    {
        var owner = (string)tenant!;
        lock (_gate)
        {
            _calls.Remove(call);
            if (--_out[owner] == 0)
                _out.Remove(owner);
            if (!_stop.IsCancellationRequested)
                Send();
        }
    }

    private async Task CompleteAsync(string tenant, List<Pending> batch)
    {
        try
        {
            var answer = await _encode(tenant, [.. batch.Select(pending => pending.Input)], _stop.Token);
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

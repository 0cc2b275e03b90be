using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;

namespace ClipOrleans.Grains.Replicas;

/// <summary>
/// Up to where a replica must have read before it answers: the last write that the shard has acknowledged. Whoever asks
/// while a question is under way shares the next one, since the answer to the one before may be older than his call.
/// </summary>
internal sealed class ReadIndex(IShardGrain shard)
{
    /// <summary>The shard's silo may have died; whoever asked goes to the shard then, and waits there.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private TaskCompletionSource<Result<long>>? _next;
    private bool _isAsking;

    public Task<Result<long>> AskAsync()
    {
        lock (_lock)
        {
            _next ??= new TaskCompletionSource<Result<long>>(TaskCreationOptions.RunContinuationsAsynchronously);
            var answer = _next.Task;
            if (!_isAsking)
            {
                _isAsking = true;
                _ = Task.Run(RunAsync);
            }

            return answer;
        }
    }

    private async Task RunAsync()
    {
        while (Take() is { } waiting)
            waiting.SetResult(await AskOnceAsync());
    }

    private TaskCompletionSource<Result<long>>? Take()
    {
        lock (_lock)
        {
            var waiting = _next;
            _next = null;
            _isAsking = waiting is not null;
            return waiting;
        }
    }

    private async Task<Result<long>> AskOnceAsync()
    {
        try
        {
            return await shard.GetSequence().WaitAsync(s_patience);
        }
#pragma warning disable CA1031 // Whatever it is, those who wait are told.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return Error.RetryLater(Slugs.ShardMoving, $"The shard that is followed does not answer: {fault.Message}", 1);
        }
    }
}

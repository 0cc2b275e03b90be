using System.Collections.Concurrent;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>
/// What goes wrong at which place: places are named after what is called, for example <c>write</c>, <c>search/2</c> (shard 2),
/// <c>encode</c>. A fault stays until it is taken away, or for a number of calls.
/// </summary>
internal sealed class FaultInjection
{
    private readonly ConcurrentDictionary<string, Func<Task<Error?>>> _faults = new();

    public ConcurrentDictionary<string, int> Calls { get; } = new();

    public void Answer(string place, Error error, int times = int.MaxValue)
    {
        var left = times;
        _faults[place] = () => Task.FromResult(Interlocked.Decrement(ref left) >= 0 ? error : null);
    }

    public void Throw(string place, Exception exception) => _faults[place] = () => Task.FromException<Error?>(exception);

    /// <summary>Calls wait until the returned source is completed.</summary>
    public TaskCompletionSource Hold(string place)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _faults[place] = async () =>
        {
            await gate.Task;
            return null;
        };
        return gate;
    }

    public void Clear() => _faults.Clear();

    public async Task<Result<T>?> PassAsync<T>(string place)
    {
        Calls.AddOrUpdate(place, 1, (_, calls) => calls + 1);
        return _faults.TryGetValue(place, out var fault) && await fault() is { } error ? Result<T>.Fail(error) : null;
    }
}

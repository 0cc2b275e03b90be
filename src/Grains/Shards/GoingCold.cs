namespace ClipOrleans.Grains.Shards;

/// <summary>The way out of memory for a shard or replica that is healthy: its activation is told to end, and whoever told it knows when all is closed.</summary>
/// <param name="giveUp">Ends the activation when no call is at work.</param>
internal sealed class GoingCold(Action giveUp)
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasBegun;

    public bool HasBegun => _hasBegun;

    /// <summary>From any thread, any number of times.</summary>
    public Task Begin()
    {
        _hasBegun = true;
        giveUp();
        return _closed.Task;
    }

    public void End() => _closed.TrySetResult();
}

using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Fencing;

/// <summary>
/// For how long an owner may give answers without looking whether it still is one. It looks at most twice a lease, and
/// never gives its word on a look that began longer ago than that, by the monotonic clock and by that of the wall: a
/// process that stood still, or whose machine slept, looks before it answers.
/// </summary>
/// <param name="fence">Where it is looked.</param>
/// <param name="lease">How long; zero: it looks every time.</param>
/// <param name="clock">Of this process.</param>
internal sealed class OwnerLease(EpochFence fence, TimeSpan lease, TimeProvider clock)
{
    /// <summary>A disk so slow that a look takes longer than the lease cannot be waited for.</summary>
    private const int MostLooks = 3;

    private readonly Lock _looking = new();
    private volatile Look? _last;
    private volatile ShardFencedException? _fenced;

    /// <exception cref="ShardFencedException">A later owner has the shard, and has had it for longer than a lease, or less.</exception>
    /// <exception cref="ShardUnavailableException">It cannot be found out.</exception>
    public void Confirm()
    {
        if (_fenced is { } fenced)
            throw new ShardFencedException(fenced.Message);
        if (IsWithin(lease / 2))
            return;
        if (!IsWithin(lease))
        {
            lock (_looking)
                LookUntilFresh();
        }
        else if (_looking.TryEnter())
        {
            // Somebody has to look; the others go on meanwhile.
            try
            {
                LookUntilFresh();
            }
            finally
            {
                _looking.Exit();
            }
        }
    }

    private bool IsWithin(TimeSpan time) =>
        _last is { } look && clock.GetElapsedTime(look.Timestamp) <= time && (clock.GetUtcNow() - look.Time).Duration() <= time;

    private void LookUntilFresh()
    {
        if (IsWithin(lease / 2))
            return;
        for (var i = 0; i < MostLooks; i++)
        {
            LookOnce();
            if (lease == TimeSpan.Zero || IsWithin(lease))
                return;
        }

        throw new ShardUnavailableException($"Looking whether the shard is still this engine's takes longer than {lease}.");
    }

    private void LookOnce()
    {
        // Noted before the look: an owner that comes right behind it must not be overlooked for longer than a lease.
        var look = new Look(clock.GetTimestamp(), clock.GetUtcNow());
        try
        {
            fence.Check();
            _last = look;
        }
        catch (ShardFencedException fenced)
        {
            _fenced = fenced;
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ShardCorruptException)
        {
            throw new ShardUnavailableException($"Whether the shard is still this engine's cannot be found out: {e.Message}", e);
        }
    }

    private sealed record Look(long Timestamp, DateTimeOffset Time);
}

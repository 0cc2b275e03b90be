using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;

namespace ClipOrleans.Gateway.Cluster;

/// <summary>
/// The silos that are active. A call to one that has died is answered by nobody: the silo through which it went does not
/// miss the answer, and Orleans gives up after half a minute. So who waits for a certain silo looks here whether it is still there.
/// </summary>
internal sealed class ClusterMembers(IGrainFactory grains, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ImmutableArray<MemberSilo> _members = [];
    private Task? _renewing;
    private long? _renewedAt;

    /// <summary>Those that were active a moment ago. Whoever has no list waits for one; one that is somewhat old is renewed beside the call.</summary>
    public async ValueTask<ImmutableArray<MemberSilo>> ListAsync()
    {
        if (Renewing(out var known) is { } renewing && known.IsEmpty)
        {
            await renewing;
            return Known();
        }

        return known;
    }

    /// <summary>The next one who asks gets a new list: what this one says was found to be wrong.</summary>
    public void Forget()
    {
        lock (_gate)
            (_members, _renewedAt) = ([], null);
    }

    /// <summary>Awaits a call to a silo for as long as that silo is active.</summary>
    /// <param name="call">The call; it is left alone when its silo is gone.</param>
    /// <param name="silo">The address.</param>
    /// <exception cref="SiloUnavailableException">The silo is gone, and the call is not answered.</exception>
    public async Task<T> WhileActiveAsync<T>(Task<T> call, string silo)
    {
        while (true)
        {
            try
            {
                return await call.WaitAsync(FreshFor, clock);
            }
            catch (TimeoutException) when (!call.IsCompleted)
            {
                if (Renewing(out _) is { } renewing)
                    await Task.WhenAny(call, renewing);
                if (!call.IsCompleted && Known() is { IsEmpty: false } members && !members.Any(member => member.Address == silo))
                {
                    call.Ignore();
                    throw new SiloUnavailableException($"The silo {silo} is not in the cluster any more.");
                }
            }
        }
    }

    private ImmutableArray<MemberSilo> Known()
    {
        lock (_gate)
            return _members;
    }

    /// <returns>The renewal that is going on, if what is known is not fresh.</returns>
    private Task? Renewing(out ImmutableArray<MemberSilo> known)
    {
        lock (_gate)
        {
            known = _members;
            return _renewedAt is { } at && clock.GetElapsedTime(at) < FreshFor ? null : _renewing ??= RenewAsync();
        }
    }

    private async Task RenewAsync()
    {
        await Task.Yield();
        try
        {
            var members = await grains.GetGrain<ISiloGrain>(0).GetMembers();
            lock (_gate)
                (_members, _renewedAt) = (members, clock.GetTimestamp());
        }
        finally
        {
            lock (_gate)
                _renewing = null;
        }
    }
}

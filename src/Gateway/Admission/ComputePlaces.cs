using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Telemetry;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Bounds what tenants compute at once while they compete, so that one that floods fills neither the processors nor the queues on the
/// way: reading JSON, decoding, embedding and searching want a place; taking a body from the network, fetching a picture and forcing to
/// the device do not. A tenant alone is not bounded. None is held while another one is waited for, so that nobody waits in a ring. How many places there are comes from <see cref="CongestionWatch"/>.
/// </summary>
internal sealed class ComputePlaces : IDisposable
{
    /// <summary>Places while nobody competes.</summary>
    public const int Unbounded = int.MaxValue;

    /// <summary>Tenants that asked within this time of each other compete. Long, so that who asks rarely finds the others bounded already.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    private readonly FairPlaces _places;
    private readonly TimeProvider _clock;
    private readonly GatewayInstruments _instruments;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _began = new(0);
    private TenantId? _last;
    private long? _lastChange;
    private bool _isCompetition;

    public ComputePlaces(TimeProvider clock, GatewayInstruments instruments)
    {
        (_clock, _instruments) = (clock, instruments);
        _places = new FairPlaces(Unbounded, clock);
        instruments.WatchComputing(() => _places.Held);
    }

    /// <summary>Places that are taken.</summary>
    public int Held => _places.Held;

    /// <summary>Waits for a place; dispose it. Imports of a tenant don't stand before its searches.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits any more; no place is held.</exception>
    public ValueTask<Place> EnterAsync(TenantId tenant, bool isImport, CancellationToken cancel)
    {
        Note(tenant);
        // A tenant's name has no slash.
        var owner = isImport ? tenant.Value + "/import" : tenant.Value;
        var entered = _places.TryEnterAsync(owner, Timeout.InfiniteTimeSpan, cancel);
        return entered.IsCompletedSuccessfully ? ValueTask.FromResult(new Place(_places, owner)) : WaitAsync(entered, owner);
    }

    /// <summary>There are so many places from now on; who has one keeps it.</summary>
    public void Resize(int places) => _places.Resize(places);

    /// <summary>Waits until tenants compete.</summary>
    /// <exception cref="OperationCanceledException"/>
    public void AwaitCompetition(CancellationToken cancel) => _began.Wait(cancel);

    /// <summary>Whether tenants compete no more; the next competition is then awaited anew.</summary>
    public bool IsOver()
    {
        lock (_lock)
        {
            if (_clock.GetElapsedTime(_lastChange!.Value) < Memory)
                return false;
            _isCompetition = false;
            return true;
        }
    }

    public void Dispose() => _began.Dispose();

    private async ValueTask<Place> WaitAsync(ValueTask<bool> entered, string owner)
    {
        using var stage = _instruments.Stage("turn");
        await entered;
        return new Place(_places, owner);
    }

    private void Note(TenantId tenant)
    {
        lock (_lock)
        {
            if (_last is { } last && last != tenant)
            {
                _lastChange = _clock.GetTimestamp();
                if (!_isCompetition)
                    _began.Release();
                _isCompetition = true;
            }

            _last = tenant;
        }
    }

    /// <summary>A place that is held until it is disposed, once.</summary>
    internal readonly struct Place(FairPlaces places, string owner) : IDisposable
    {
        public void Dispose() => places.Leave(owner);
    }
}

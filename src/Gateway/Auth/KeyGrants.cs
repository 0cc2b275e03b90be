using System.Collections.Concurrent;
using System.Security.Cryptography;
using BitFaster.Caching.Lru;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Cluster;
using Orleans.Concurrency;

namespace ClipOrleans.Gateway.Auth;

/// <summary>
/// What keys are good for. The ring that a key names is asked, and asked again every few seconds while the key is used: one
/// that was deleted opens nothing anywhere <see cref="Longest"/> later. Both what is known and what is known to be no key
/// are bounded, and so are the questions that strangers can cause.
/// </summary>
internal sealed partial class KeyGrants(IGrainFactory grains, GrainCalls calls, TimeProvider clock, ILogger<KeyGrants> logger)
{
    /// <summary>How old an answer may be that a request is let in by. Deleting a key is promised to work within 5 seconds.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    /// <summary>How old an answer may be before the ring is asked anew, beside the requests.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private const int MaxKnown = 50_000;
    private const int MaxUnknown = 10_000;

    private readonly ConcurrentLru<string, Known> _known = new(MaxKnown);
    private readonly ConcurrentLru<string, long> _unknown = new(MaxUnknown);
    private readonly ConcurrentDictionary<string, Lazy<Task<Result<KeyGrant>>>> _asking = new(StringComparer.Ordinal);
    private readonly FailedLookups _failed = new(clock);

    /// <param name="shown">The key, as it is shown.</param>
    /// <param name="hash">Its SHA-256.</param>
    /// <param name="cancel">Ends the waiting, not the question.</param>
    /// <returns>What it is good for, or unauthorized; or overloaded when too many keys were tried that are none.</returns>
    public ValueTask<Result<KeyGrant>> FindAsync(string shown, byte[] hash, CancellationToken cancel)
    {
        if (!ApiKey.TryParse(shown, out var key))
            return ValueTask.FromResult<Result<KeyGrant>>(NotKnown());
        var place = key.Ring + key.Id;
        if (_known.TryGet(place, out var known))
        {
            // An id has one secret for ever: whoever shows another one is not answered by asking.
            if (!CryptographicOperations.FixedTimeEquals(known.Hash, hash))
                return ValueTask.FromResult<Result<KeyGrant>>(NotKnown());
            var age = clock.GetElapsedTime(known.AskedAt);
            if (age >= Fresh && age < Longest && known.TryRefresh())
                RefreshAsync(key, hash).Ignore();
            if (age < Longest)
                return ValueTask.FromResult(Current(known.Grant));
        }
        else if (_unknown.TryGet(Convert.ToHexString(hash), out var askedAt) && clock.GetElapsedTime(askedAt) < Longest)
        {
            return ValueTask.FromResult<Result<KeyGrant>>(NotKnown());
        }

        return new(AskOnceAsync(key, hash, known is not null, cancel));
    }

    /// <summary>A key that this gateway has deleted, or all of a tenant, opens nothing here from now on.</summary>
    public void Forget(TenantId tenant, string? keyId = null)
    {
        foreach (var (place, known) in _known)
        {
            if (known.Grant.Tenant == tenant.Value && (keyId is null || known.Grant.KeyId == keyId))
                _known.TryRemove(place);
        }
    }

    private async Task RefreshAsync(ApiKey key, byte[] hash)
    {
        try
        {
            await AskOnceAsync(key, hash, isKnown: true, CancellationToken.None);
        }
#pragma warning disable CA1031 // Requests that come when the answer is too old ask themselves, and are told.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotRefreshed(key.Id, fault.Message);
        }
    }

    /// <summary>Many requests with one key wait for one answer.</summary>
    private async Task<Result<KeyGrant>> AskOnceAsync(ApiKey key, byte[] hash, bool isKnown, CancellationToken cancel)
    {
        var name = Convert.ToHexString(hash);
        var asking = _asking.GetOrAdd(name, _ => new Lazy<Task<Result<KeyGrant>>>(() => AskAsync(key, hash, isKnown)));
        try
        {
            return await asking.Value.WaitAsync(cancel);
        }
        finally
        {
            if (asking.Value.IsCompleted)
                _asking.TryRemove(new(name, asking));
        }
    }

    private async Task<Result<KeyGrant>> AskAsync(ApiKey key, byte[] hash, bool isKnown)
    {
        // Whoever has a key is not in the way of those who guess, nor they in his.
        if (!isKnown && !_failed.TryBegin())
            return Error.RetryLater(Slugs.Overloaded, "Too many keys were tried that are none: try again in a moment.", 1);
        var (askedAt, place, failed) = (clock.GetTimestamp(), key.Ring + key.Id, false);
        try
        {
            var grant = await calls.RepeatAsync(() => grains.GetGrain<IKeyRingGrain>(key.Ring).Find(key.Id, hash.AsImmutable()));
            if (grant is not null)
            {
                _known.AddOrUpdate(place, new Known(hash, grant, askedAt));
                return Current(grant);
            }

            failed = true;
            _known.TryRemove(place);
            _unknown.AddOrUpdate(Convert.ToHexString(hash), askedAt);
            return NotKnown();
        }
        finally
        {
            if (!isKnown && !failed)
                _failed.GiveBack();
        }
    }

    private Result<KeyGrant> Current(KeyGrant grant) => grant.Scope.ExpiresAt <= clock.GetUtcNow() ? NotKnown() : grant;

    private static Error NotKnown() => Error.Of(Slugs.Unauthorized, "This key is not known, or not any more.");

    [LoggerMessage(1, LogLevel.Debug, "What key {Key} is good for could not be asked: {Problem}")]
    private partial void LogNotRefreshed(string key, string problem);

    /// <summary>An answer of a ring, and since when it is on its way.</summary>
    private sealed class Known(byte[] hash, KeyGrant grant, long askedAt)
    {
        private int _refreshing;

        public byte[] Hash => hash;

        public KeyGrant Grant => grant;

        public long AskedAt => askedAt;

        /// <summary>True for the first who finds it old.</summary>
        public bool TryRefresh() => Interlocked.Exchange(ref _refreshing, 1) == 0;
    }
}

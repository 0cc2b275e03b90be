using System.Collections.Immutable;
using System.Security.Cryptography;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Grains.Catalog;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Tenants;

/// <summary>
/// The keys of one tenant. Gateways ask for a key every few seconds while it is used, which is how its last use is known;
/// that is written once a minute at most, for all keys together.
/// </summary>
internal sealed partial class KeyRingGrain(
    [PersistentState("keys", CatalogStorage.ProviderName)] IPersistentState<KeyRingState> state,
    TimeProvider clock,
    ILogger<KeyRingGrain> logger) : Grain, IKeyRingGrain
{
    private static readonly TimeSpan s_usesWritten = TimeSpan.FromMinutes(1);

    /// <summary>Last uses that are not written yet.</summary>
    private readonly Dictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    private IGrainTimer? _timer;

    public static Error NotFound() => Error.Of(Slugs.KeyNotFound, "The tenant has no key of this id.");

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_used.Count > 0)
            await WriteUsesAsync(cancellationToken);
    }

    public Task<KeyGrant?> Find(string id, Immutable<byte[]> hash)
    {
        var now = clock.GetUtcNow();
        if (state.State.Keys.FirstOrDefault(key => key.Id == id) is not { } key)
        {
            // Rings that were guessed must not fill the memory.
            if (state.State.Keys.Count == 0)
                DeactivateOnIdle();
            return Task.FromResult<KeyGrant?>(null);
        }

        if (!CryptographicOperations.FixedTimeEquals(key.Hash, hash.Value) || key.ExpiresAt <= now)
            return Task.FromResult<KeyGrant?>(null);
        _used[id] = now;
        _timer ??= this.RegisterGrainTimer(WriteUsesAsync, new GrainTimerCreationOptions { DueTime = s_usesWritten, Period = s_usesWritten });
        return Task.FromResult<KeyGrant?>(new KeyGrant(state.State.Tenant, key.Id, key.Scope));
    }

    public Task<ImmutableArray<KeyInfo>> List() => Task.FromResult<ImmutableArray<KeyInfo>>([.. state.State.Keys.Select(Info)]);

    public async Task<Result<KeyInfo>> Add(string tenant, KeySpec key)
    {
        if (state.State.Tenant.Length > 0 && state.State.Tenant != tenant)
            throw new InvalidOperationException("A ring of keys belongs to one tenant.");
        if (state.State.Keys.Count >= Limits.MaxKeysPerTenant)
            return Error.Of(Slugs.QuotaExceeded, $"A tenant has at most {Limits.MaxKeysPerTenant} keys: delete one first.");
        if (state.State.Keys.Any(present => present.Id == key.Id))
            throw new InvalidOperationException("Two keys of one id were made.");
        var stored = StoredKey.Of(key, clock.GetUtcNow());
        await WriteAsync(new KeyRingState { Tenant = tenant, Keys = [.. state.State.Keys, stored] });
        return Info(stored);
    }

    public async Task<Error?> Remove(string id)
    {
        KeyRingState left = state.State with { Keys = [.. state.State.Keys.Where(key => key.Id != id)] };
        if (left.Keys.Count == state.State.Keys.Count)
            return NotFound();
        await WriteAsync(left);
        _used.Remove(id);
        return null;
    }

    public async Task Clear()
    {
        _used.Clear();
        await state.ClearStateAsync();
        DeactivateOnIdle();
    }

    private KeyInfo Info(StoredKey key) =>
        new(key.Id, key.Name, key.Scope, key.CreatedAt, _used.TryGetValue(key.Id, out var used) ? used : key.LastUsedAt);

    private async Task WriteUsesAsync(CancellationToken cancel)
    {
        if (_used.Count == 0)
            return;
        try
        {
            await WriteAsync(state.State with
            {
                Keys = [.. state.State.Keys.Select(key => _used.Remove(key.Id, out var used) ? key with { LastUsedAt = used } : key)],
            });
        }
#pragma warning disable CA1031 // When a key was used last is worth no request.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogUsesNotWritten(fault);
        }
    }

    /// <summary>After a failed write the memory is ahead of the disk: the next call starts from the disk.</summary>
    private async Task WriteAsync(KeyRingState next)
    {
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "When keys were used last could not be written")]
    private partial void LogUsesNotWritten(Exception fault);
}

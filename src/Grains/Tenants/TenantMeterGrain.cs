using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Grains.Tenants;

/// <summary>What a tenant uses, against what it may. No await stands between reading and writing a counter, so that calls may interleave.</summary>
internal sealed class TenantMeterGrain(TimeProvider clock) : Grain, ITenantMeterGrain
{
    /// <summary>How old quotas may be.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);

    private readonly MinuteAllowance _requests = new(clock);
    private readonly MinuteAllowance _encodes = new(clock);
    private StoredUsage _stored = null!;
    private TenantQuotas? _quotas;
    private long _quotasAt;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stored = new StoredUsage(GrainFactory, TenantId.Parse(this.GetPrimaryKeyString()), clock);
        return Task.CompletedTask;
    }

    public async Task<MeterGrant> Take(MeteredKind kind, int wanted)
    {
        var quotas = await QuotasAsync();
        var (limit, allowance) = kind switch
        {
            MeteredKind.Requests => (quotas.RequestsPerMinute, _requests),
            MeteredKind.Encodes => (quotas.EncodesPerMinute, _encodes),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This is not metered."),
        };
        return limit is { } most ? allowance.Take(most, wanted) : new MeterGrant(null, wanted, 0, 0);
    }

    public async Task<StorageRoom> GetRoom(long documents, long bytes, bool fresh)
    {
        var quotas = await QuotasAsync();
        if (quotas is { MaxDocuments: null, MaxBytes: null })
            return new StorageRoom(null, null, 0, 0);
        _stored.Add(documents, bytes);
        await _stored.ReadAsync(fresh);
        return new StorageRoom(quotas.MaxDocuments, quotas.MaxBytes, _stored.Documents, _stored.Bytes);
    }

    private async ValueTask<TenantQuotas> QuotasAsync()
    {
        if (_quotas is not null && clock.GetElapsedTime(_quotasAt) < s_fresh)
            return _quotas;
        var (tenant, asked) = (await GrainFactory.GetGrain<ITenantGrain>(this.GetPrimaryKeyString()).Describe(), clock.GetTimestamp());
        // One that is gone may store nothing, and is told so where it tries to.
        (_quotas, _quotasAt) = (tenant.IsSuccess ? tenant.Value.Quotas : new TenantQuotas(), asked);
        return _quotas;
    }
}

using ClipOrleans.Contracts.Grains;
using ClipOrleans.Grains.Catalog;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Tenants;

/// <summary>The tenants that are being removed; as a rule none.</summary>
internal sealed class TenantRemovalsState
{
    public List<string> Tenants { get; set; } = [];
}

/// <summary>Remembers which tenants are being removed, so that a start need not look at all of them.</summary>
internal sealed partial class TenantRemovalsGrain(
    [PersistentState("removals", CatalogStorage.ProviderName)] IPersistentState<TenantRemovalsState> state,
    ILogger<TenantRemovalsGrain> logger) : Grain, ITenantRemovalsGrain
{
    public const string Key = "0";

    public Task Begin(string tenant)
    {
        if (state.State.Tenants.Contains(tenant))
            return Task.CompletedTask;
        state.State.Tenants.Add(tenant);
        return WriteAsync();
    }

    public Task End(string tenant) => state.State.Tenants.Remove(tenant) ? WriteAsync() : Task.CompletedTask;

    public Task Resume()
    {
        foreach (var tenant in state.State.Tenants.ToArray())
            ResumeAsync(tenant).Ignore();
        return Task.CompletedTask;
    }

    private async Task ResumeAsync(string tenant)
    {
        try
        {
            await GrainFactory.GetGrain<ITenantGrain>(tenant).ResumeRemoval();
        }
#pragma warning disable CA1031 // It stays remembered: the next start goes on, or whoever deletes the tenant again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotResumed(fault, tenant);
        }
    }

    /// <summary>After a failed write the memory is ahead of the disk: the next call starts from the disk.</summary>
    private async Task WriteAsync()
    {
        try
        {
            if (state.State.Tenants.Count > 0)
                await state.WriteStateAsync();
            else
                await state.ClearStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The removal of tenant {Tenant} could not go on")]
    private partial void LogNotResumed(Exception fault, string tenant);
}

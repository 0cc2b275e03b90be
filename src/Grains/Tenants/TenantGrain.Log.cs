using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Tenants;

internal sealed partial class TenantGrain
{
    [LoggerMessage(1, LogLevel.Warning, "Index {Index} could not be woken")]
    private partial void LogNotWoken(Exception fault, IndexKey index);

    [LoggerMessage(2, LogLevel.Information, "Tenant {Tenant} created")]
    private partial void LogCreated(TenantId tenant);

    [LoggerMessage(3, LogLevel.Information, "Tenant {Tenant} deleted, with all that it had")]
    private partial void LogRemoved(TenantId tenant);

    [LoggerMessage(4, LogLevel.Warning, "Tenant {Tenant} is not deleted yet: {Problem} It goes on when it is asked again, or at the next start")]
    private partial void LogNotRemoved(TenantId tenant, string problem);

    [LoggerMessage(5, LogLevel.Information, "Key {Key} of tenant {Tenant} made, for the role {Role}")]
    private partial void LogKeyAdded(string key, TenantId tenant, KeyRole role);

    [LoggerMessage(6, LogLevel.Information, "Key {Key} of tenant {Tenant} deleted")]
    private partial void LogKeyRemoved(string key, TenantId tenant);
}

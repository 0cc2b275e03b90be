using ClipOrleans.Contracts.Keys;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Tenants;

internal sealed partial class TenantGrain
{
    [LoggerMessage(1, LogLevel.Warning, "Index {Index} could not be woken")]
    private partial void LogNotWoken(Exception fault, IndexKey index);
}

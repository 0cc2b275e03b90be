namespace ClipOrleans.Gateway.Audit;

/// <summary>The audit log: a logger of its own category, so that it can be kept apart from what else is logged. On by default.</summary>
internal sealed partial class AuditLog(ILoggerFactory loggers)
{
    public const string Category = "ClipOrleans.Audit";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    public void Write(AuditEntry entry)
    {
        if (entry.Status is >= 200 and < 300)
            LogDone(entry.Actor, entry.Action, entry.Tenant, entry.Index, entry.Target, entry.Status, entry.Address, entry.TraceId);
        else
            LogNotDone(entry.IsRefusal ? LogLevel.Warning : LogLevel.Information, entry.Actor, entry.Action, entry.Tenant, entry.Index, entry.Target, entry.Status, entry.Address, entry.TraceId);
    }

    public void WriteMore(long count) => LogMore(count);

    [LoggerMessage(1, LogLevel.Information, "{Actor} did {Action}: tenant {Tenant}, index {Index}, target {Target}, status {Status}, from {Address}, trace {TraceId}", EventName = "Done")]
    private partial void LogDone(string actor, string action, string tenant, string index, string target, int status, string address, string traceId);

    [LoggerMessage(EventId = 2, Message = "{Actor} did not get {Action}: tenant {Tenant}, index {Index}, target {Target}, status {Status}, from {Address}, trace {TraceId}", EventName = "NotDone")]
    private partial void LogNotDone(LogLevel level, string actor, string action, string tenant, string index, string target, int status, string address, string traceId);

    [LoggerMessage(3, LogLevel.Warning, "{Count} more requests were refused for want of a key, within one second", EventName = "MoreRefused")]
    private partial void LogMore(long count);
}

using System.Net;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Audit;

/// <summary>
/// Writes down who changed what: every operation that takes an admin's key or the operator's and changes something, those
/// that ask for it by <see cref="Auditing"/>, and everybody who was turned away for want of a key. It stands around the
/// step that turns exceptions into answers, since it tells the answer.
/// </summary>
internal sealed class AuditTrail(RequestDelegate next, IOptions<AuthOptions> options, OperatorKey operatorKey, AuditLog log, TimeProvider clock)
{
    /// <summary>Of those who were turned away, so many are told each second one by one, and the rest as a number: nobody fills a disk by being refused.</summary>
    private const int RefusedEachSecond = 20;

    private readonly OperatorKey? _operatorKey = options.Value.NeedsKeys ? operatorKey : null;
    private readonly Lock _lock = new();
    private long _second;
    private long _refused;

    public async Task InvokeAsync(HttpContext http)
    {
        http.Response.OnStarting(WriteBeforeAnswer, http);
        await next(http);

        // Who has gone away hears nothing, and what he asked for may be done all the same.
        if (http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
            Write(http);
    }

    /// <summary>Nobody hears of a change that is not written down yet.</summary>
    private Task WriteBeforeAnswer(object context)
    {
        Write((HttpContext)context);
        return Task.CompletedTask;
    }

    private void Write(HttpContext http)
    {
        if (IsChange(http) || (IsRefusal(http) && MayTell()))
            log.Write(AuditEntry.Of(http, _operatorKey));
    }

    /// <summary>One that was tried, too: what came of it stands in the status. Requests that were refused for want of a key are counted apart.</summary>
    private static bool IsChange(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint || IsRefusal(http))
            return false;
        if (endpoint.Metadata.GetMetadata<Auditing>() is not null)
            return true;
        var isReading = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        return !isReading && endpoint.Metadata.GetMetadata<RequiredAccess>() is { Access: Access.Admin or Access.Operator };
    }

    private static bool IsRefusal(HttpContext http) => (HttpStatusCode)http.Response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    private bool MayTell()
    {
        var (second, before) = (clock.GetUtcNow().ToUnixTimeSeconds(), 0L);
        lock (_lock)
        {
            if (_second != second)
                (_second, before, _refused) = (second, _refused, 0);
            _refused++;
            if (before <= RefusedEachSecond)
                return _refused <= RefusedEachSecond;
        }

        log.WriteMore(before - RefusedEachSecond);
        return true;
    }
}

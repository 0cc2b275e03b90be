using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>
/// Sends as a load balancer does: in turn to the gateways that are ready, and to the next one when a connection is refused, since then
/// nothing was sent. A request that was sent is never sent again.
/// </summary>
internal sealed class GatewayPool : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(100);

    private readonly Gateway[] _gateways;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _looking;
    private readonly LoadFigures _figures;
    private int _turn;

    private GatewayPool(Gateway[] gateways, LoadFigures figures)
    {
        (_gateways, _figures) = (gateways, figures);
        _looking = Task.WhenAll(_gateways.Select(LookAsync));
    }

    public static GatewayPool Open(IEnumerable<SiloProcess> gateways, LoadFigures figures) =>
        new([.. gateways.Select(gateway => new Gateway(new HttpClient(gateway.Machine.Handler()) { BaseAddress = gateway.Address, Timeout = s_longest }))], figures);

    /// <param name="what">Under which name it is counted.</param>
    /// <param name="method">Of the request.</param>
    /// <param name="path">Of the request.</param>
    /// <param name="body">JSON, or none.</param>
    public async Task<Reply> SendAsync(string what, HttpMethod method, string path, JsonNode? body = null)
    {
        var started = Stopwatch.GetTimestamp();
        var (answer, kind) = await TryAllAsync(method, path, body);
        var reply = new Reply(answer, kind, Stopwatch.GetElapsedTime(started));
        _figures.Answered(what, reply);
        return reply;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _looking;
        foreach (var gateway in _gateways)
            gateway.Http.Dispose();
        _end.Dispose();
    }

    private async Task<(Answer? Answer, string Kind)> TryAllAsync(HttpMethod method, string path, JsonNode? body)
    {
        foreach (var gateway in InTurn())
        {
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = ContentOf(method, body) };
                using var response = await gateway.Http.SendAsync(request);
                var answer = new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync(), $"{method} {gateway.Http.BaseAddress}{path}");
                return (answer, answer.Code < 500 ? "" : $"{answer.Code} {SlugOf(answer)}");
            }
            catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.ConnectionError)
            {
                gateway.IsReady = false;
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
            {
                return (null, fault is OperationCanceledException ? "no answer" : "connection lost");
            }
        }

        return (null, "no gateway takes connections");
    }

    /// <summary>What has no content HttpClient sends a second time by itself when a connection ends before the answer: then a deletion finds nothing.</summary>
    private static HttpContent? ContentOf(HttpMethod method, JsonNode? body) =>
        body is not null ? JsonContent.Create(body) : method == HttpMethod.Get ? null : new ByteArrayContent([]);

    /// <summary>The ready ones in turn; where none is, all of them, as it may be the look that is late.</summary>
    private Gateway[] InTurn()
    {
        var ready = _gateways.Where(gateway => gateway.IsReady).ToArray();
        var some = ready.Length > 0 ? ready : _gateways;
        var first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)some.Length);
        return [.. some[first..], .. some[..first]];
    }

    private async Task LookAsync(Gateway gateway)
    {
        using var timer = new PeriodicTimer(s_look);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
                gateway.IsReady = await IsReadyAsync(gateway);
        }
        catch (OperationCanceledException)
        {
            // The pool is closed.
        }
    }

    private async Task<bool> IsReadyAsync(Gateway gateway)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(s_patience);
        try
        {
            using var response = await gateway.Http.GetAsync("health/ready", limit.Token);
            return response.StatusCode is HttpStatusCode.OK;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static string SlugOf(Answer answer)
    {
        try
        {
            return ((string?)answer.Json["type"])?.Split(':')[^1] ?? "";
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            return "without a problem";
        }
    }

    private sealed class Gateway(HttpClient http)
    {
        private volatile bool _isReady = true;

        public HttpClient Http { get; } = http;

        public bool IsReady
        {
            get => _isReady;
            set => _isReady = value;
        }
    }
}

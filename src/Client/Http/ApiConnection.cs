using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Client.Http;

/// <summary>Sends calls, tries again where that helps and is safe, and turns every failure into one exception type.</summary>
internal sealed class ApiConnection : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly ClipOrleansClientOptions _options;
    private readonly RetryPolicy _retries;
    private readonly Uri _root;

    public ApiConnection(ClipOrleansClientOptions options, HttpClient? http)
    {
        _options = options;
        _ownsHttp = http is null;
        _http = http ?? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // Each try has its own limit, read from the options.
        };
        _retries = new RetryPolicy(options);
        var root = options.BaseAddress.AbsoluteUri;
        _root = new Uri(root.EndsWith('/') ? root : root + "/");
    }

    public async Task<T> SendAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        Read(await SendAsync(call, cancellation).ConfigureAwait(false), type);

    /// <summary>Like <see cref="SendAsync{T}"/>, for a body that cannot be sent again.</summary>
    public async Task<T> SendOnceAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            var answer = await TryAsync(call, cancellation).ConfigureAwait(false);
            return answer.IsSuccess ? Read(answer, type) : throw new ClipOrleansException(ProblemReader.Read(answer), answer.RetryAfter);
        }
        catch (Exception e) when (IsConnectionFailure(e, cancellation))
        {
            throw Unreachable(e);
        }
    }

    private static T Read<T>(ApiAnswer answer, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body, type) ?? throw NotUnderstood(answer, null);
        }
        catch (JsonException e)
        {
            throw NotUnderstood(answer, e);
        }
    }

    /// <summary>Sends until an answer came that is worth keeping.</summary>
    /// <exception cref="ClipOrleansException">A status of 400 or more, or no answer.</exception>
    public async Task<ApiAnswer> SendAsync(ApiCall call, CancellationToken cancellation)
    {
        long? firstFailedAt = null;
        for (var tries = 1; ; tries++)
        {
            var failure = default(ClipOrleansException);
            try
            {
                var answer = await TryAsync(call, cancellation).ConfigureAwait(false);
                if (answer.IsSuccess)
                    return answer;
                failure = new ClipOrleansException(ProblemReader.Read(answer), answer.RetryAfter);
                if (!RetryPolicy.IsRetryable(answer.Status))
                    throw failure;
            }
            catch (Exception e) when (IsConnectionFailure(e, cancellation))
            {
                failure = Unreachable(e);
                if (!call.MayRunTwice && e is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
                    throw failure;
            }
            firstFailedAt ??= _options.Clock.GetTimestamp();
            if (_retries.NextDelay(tries, firstFailedAt.Value, failure.RetryAfter) is not { } delay)
                throw failure;
            await Task.Delay(delay, _options.Clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>One try, without any judgement on the status.</summary>
    public async Task<ApiAnswer> TryAsync(ApiCall call, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(call.TakesLong ? Timeout.InfiniteTimeSpan : _options.Timeout, _options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        using var request = new HttpRequestMessage(call.Method, new Uri(_root, call.Path)) { Content = call.Content?.Invoke() };
        if (_options.ApiKey is { Length: > 0 } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, both.Token).ConfigureAwait(false);
        return new ApiAnswer(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType ?? "",
            await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false),
            _retries.RetryAfter(response.Headers));
    }

    /// <summary>The body of an answer, unread. One try.</summary>
    /// <exception cref="ClipOrleansException">A status of 400 or more, or no answer.</exception>
    public async Task<Stream> OpenAsync(ApiCall call, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(call.Method, new Uri(_root, call.Path));
        if (_options.ApiKey is { Length: > 0 } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionFailure(e, cancellation))
        {
            throw Unreachable(e);
        }

        if (response.IsSuccessStatusCode)
            return await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            var answer = new ApiAnswer(response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", body, _retries.RetryAfter(response.Headers));
            throw new ClipOrleansException(ProblemReader.Read(answer), answer.RetryAfter);
        }
    }

    /// <summary>No answer came, and that was not the caller's wish.</summary>
    public static bool IsConnectionFailure(Exception e, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException;

    public void Dispose()
    {
        if (_ownsHttp)
            _http.Dispose();
    }

    private ClipOrleansException Unreachable(Exception cause)
    {
        var why = cause is OperationCanceledException ? $"no answer within {_options.Timeout.TotalSeconds:0.#} s" : cause.Message;
        var problem = new Problem { Title = $"No answer from {_root}", Detail = why };
        return new ClipOrleansException(problem, null, cause);
    }

    private static ClipOrleansException NotUnderstood(ApiAnswer answer, JsonException? cause)
    {
        var problem = new Problem
        {
            Title = "The answer is not what this client expects",
            Status = (int)answer.Status,
            Detail = $"{answer.MediaType}: {cause?.Message ?? "null"}",
        };
        return new ClipOrleansException(problem, null, cause);
    }
}

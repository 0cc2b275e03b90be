using System.Globalization;
using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>
/// Fetches images that callers name by URL. Every connection is checked (<see cref="CheckedConnection"/>), redirects are
/// followed by hand so that each is checked as the first URL was, size and time are limited while streaming, and no
/// cookies, credentials or proxies take part. What the bytes are is for the decoder to say, not for their headers.
/// </summary>
internal sealed partial class ImageFetcher : IDisposable
{
    private const int FirstRent = 64 * 1024;

    private readonly HttpMessageInvoker _http;
    private readonly FetchOptions _options;
    private readonly int _maxBytes;
    private readonly Budgets _budgets;
    private readonly SemaphoreSlim _turns;
    private readonly TimeProvider _clock;
    private readonly GatewayInstruments _instruments;
    private readonly ILogger<ImageFetcher> _logger;

    public ImageFetcher(
        IOptions<FetchOptions> options, IOptions<LimitOptions> limits, FetchNetwork network, Budgets budgets, TimeProvider clock, GatewayInstruments instruments, ILogger<ImageFetcher> logger)
    {
        _options = options.Value;
        _maxBytes = limits.Value.MaxImageBytes;
        _budgets = budgets;
        _clock = clock;
        _instruments = instruments;
        _logger = logger;
        _turns = new SemaphoreSlim(_options.Parallel);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            Credentials = null,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = new CheckedConnection(network, _options.AllowPrivateNetworks).ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 32,
            ResponseDrainTimeout = TimeSpan.Zero,
        });
    }

    /// <returns>The bytes, or image-fetch-failed, address-not-allowed, image-too-large or overloaded.</returns>
    public async Task<Result<ImageBuffer>> FetchAsync(Uri url, CancellationToken cancel)
    {
        await _turns.WaitAsync(cancel);
        try
        {
            using var stage = _instruments.Stage("fetch");
            using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(_options.TimeoutSeconds), _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
            try
            {
                return await FollowAsync(url, either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return Failed(url, string.Create(CultureInfo.InvariantCulture, $"did not deliver within {_options.TimeoutSeconds} seconds"));
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                LogFailed(exception);
                return exception.InnerException is AddressNotAllowedException
                    ? Error.Of(Slugs.AddressNotAllowed, $"Images are not fetched from '{url.IdnHost}': it is not a public address.")
                    : Failed(url, "can't be reached, or broke off");
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _turns.Dispose();
    }

    private async Task<Result<ImageBuffer>> FollowAsync(Uri url, CancellationToken cancel)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("User-Agent", "ClipOrleans");
            request.Headers.TryAddWithoutValidation("Accept", "image/*");
            using var response = await _http.SendAsync(request, cancel);
            if (IsRedirect(response.StatusCode) && response.Headers.Location is { } location)
            {
                if (redirects == _options.MaxRedirects)
                    return Failed(url, string.Create(CultureInfo.InvariantCulture, $"redirects more than {_options.MaxRedirects} times"));
                if (!Uri.TryCreate(url, location, out var next) || !ImageUrls.IsAllowed(next))
                    return Failed(url, "redirects to something that is not a plain http or https URL");
                url = next;
                continue;
            }

            return response.IsSuccessStatusCode
                ? await ReadAsync(url, response.Content, cancel)
                : Failed(url, string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode}"));
        }
    }

    private async Task<Result<ImageBuffer>> ReadAsync(Uri url, HttpContent content, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > _maxBytes)
            return TooLarge(url);
        var taken = (int)Math.Min((content.Headers.ContentLength ?? FirstRent) + 1, _maxBytes + 1L);
        if (!await _budgets.Images.TakeAsync(taken, Budgets.Patience, cancel))
            return Budgets.OutOfMemory("images");
        var memory = WorkingMemory.Rent(taken);
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancel);
            for (var length = 0; ;)
            {
                var read = await stream.ReadAsync(memory.Memory[length..], cancel);
                length += read;
                if (length > _maxBytes)
                    return TooLarge(url);
                if (read == 0)
                {
                    var image = new ImageBuffer(memory.Memory[..length].ToArray(), _budgets.Images, taken);
                    taken = 0;
                    return image;
                }

                if (length < memory.Memory.Length)
                    continue;
                var larger = (int)Math.Min(length * 2L, _maxBytes + 1L);
                if (!_budgets.Images.TryTake(larger - taken))
                    return Budgets.OutOfMemory("images");
                taken = larger;
                memory = WorkingMemory.Grow(memory, 0, length, larger);
            }
        }
        finally
        {
            memory.Dispose();
            _budgets.Images.Give(taken);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static Error Failed(Uri url, string what) =>
        Error.Of(Slugs.ImageFetchFailed, $"The image can't be fetched: '{url.IdnHost}' {what}.");

    private Error TooLarge(Uri url) =>
        Error.Of(Slugs.ImageTooLarge, string.Create(CultureInfo.InvariantCulture, $"The image of '{url.IdnHost}' has more than {_maxBytes} bytes."));

    [LoggerMessage(1, LogLevel.Debug, "An image could not be fetched")]
    private partial void LogFailed(Exception exception);
}

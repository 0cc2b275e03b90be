using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Http;

/// <summary>The HTTP contract as a stranger would speak it: paths and JSON, no typed client, nothing thrown for a status.</summary>
internal sealed class Api : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="address">Of the server.</param>
    /// <param name="key">What every request shows; null: none.</param>
    /// <param name="machine">On whose loopback the server is; null: this one's.</param>
    public Api(Uri address, string? key = null, Machine? machine = null)
    {
        Address = address;
        _http = new HttpClient((machine ?? Machine.Own).Handler()) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
        if (key is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Uri Address { get; }

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Answer> DeleteAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Delete, path));

    public Task<Answer> PostAsync(string path, JsonNode body) => SendJsonAsync(HttpMethod.Post, path, body);

    public Task<Answer> PatchAsync(string path, JsonNode body) => SendJsonAsync(HttpMethod.Patch, path, body);

    public Task<Answer> PutAsync(string path, JsonNode body) => SendJsonAsync(HttpMethod.Put, path, body);

    public Task<Answer> SendBytesAsync(HttpMethod method, string path, byte[] body, string? mediaType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        return SendAsync(new HttpRequestMessage(method, path) { Content = content });
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, bytes, $"{request.Method} {request.RequestUri}");
        }
    }

    public void Dispose() => _http.Dispose();

    private Task<Answer> SendJsonAsync(HttpMethod method, string path, JsonNode body) =>
        SendAsync(new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) });
}

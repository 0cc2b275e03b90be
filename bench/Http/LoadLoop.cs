using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Http;

/// <summary>A closed loop: each connection sends its next request when the last one was answered. Bodies are made before the clock starts.</summary>
internal static class LoadLoop
{
    public static async Task<(Latencies Times, TimeSpan Elapsed)> RunAsync(
        Uri address, string index, int connections, int requestsEach, Func<int, JsonObject> body)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections });
        var url = new Uri(address, $"v1/indexes/{index}/search");
        var bodies = Enumerable.Range(0, connections * requestsEach).Select(i => System.Text.Encoding.UTF8.GetBytes(body(i).ToJsonString())).ToArray();
        var times = new ConcurrentBag<TimeSpan>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(async () =>
        {
            for (var i = 0; i < requestsEach; i++)
            {
                times.Add(await TimeAsync(http, url, bodies[(connection * requestsEach) + i]));
            }
        })));
        return (new Latencies(times), watch.Elapsed);
    }

    private static async Task<TimeSpan> TimeAsync(HttpClient http, Uri url, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var start = Stopwatch.GetTimestamp();
        using var response = await http.PostAsync(url, content);
        var answer = await response.Content.ReadAsByteArrayAsync();
        var time = Stopwatch.GetElapsedTime(start);
        return response.IsSuccessStatusCode ? time : throw new HttpRequestException($"{(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer)}");
    }
}

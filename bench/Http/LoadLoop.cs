using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Http;

/// <summary>A closed loop: each connection sends its next request when the last one was answered. Bodies are made before the clock starts.</summary>
internal static class LoadLoop
{
    public static async Task<(Latencies Times, TimeSpan Elapsed)> RunAsync(
        Uri address, string index, int connections, int requestsEach, Func<int, JsonObject> body)
    {
        var bodies = Enumerable.Range(0, connections * requestsEach).Select(i => Encoding.UTF8.GetBytes(body(i).ToJsonString())).ToArray();
        var (answers, elapsed) = await AnswersAsync(address, index, connections, bodies);
        return (new Latencies(answers.Select(answer => answer.Time)), elapsed);
    }

    /// <param name="address">Of the server.</param>
    /// <param name="index">To be searched.</param>
    /// <param name="connections">Requests under way at a time.</param>
    /// <param name="bodies">As many for each connection.</param>
    public static async Task<(IReadOnlyCollection<TimedAnswer> Answers, TimeSpan Elapsed)> AnswersAsync(Uri address, string index, int connections, byte[][] bodies)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections });
        var url = new Uri(address, $"v1/indexes/{index}/search");
        var answers = new ConcurrentBag<TimedAnswer>();
        var each = bodies.Length / connections;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(async () =>
        {
            for (var i = connection * each; i < (connection + 1) * each; i++)
            {
                answers.Add(await SendAsync(http, url, i, bodies[i]));
            }
        })));
        return (answers, watch.Elapsed);
    }

    private static async Task<TimedAnswer> SendAsync(HttpClient http, Uri url, int number, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var start = Stopwatch.GetTimestamp();
        using var response = await http.PostAsync(url, content);
        var answer = await response.Content.ReadAsByteArrayAsync();
        var time = Stopwatch.GetElapsedTime(start);
        return response.IsSuccessStatusCode ? new TimedAnswer(number, time, answer) : throw new HttpRequestException($"{(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
    }
}

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client;

namespace ClipOrleans.Bench.Density;

/// <summary>The server on the folder of many tenants, and searches as any of them over one connection.</summary>
internal sealed class DenseServer : IAsyncDisposable
{
    public const string Index = "things";
    private const int Queries = 64;
    private const int QueryChunk = 1_000_000; // far from those of documents

    private readonly DensityFolder _folder;
    private readonly ServerProcess _process;
    private readonly Uri _metrics;
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 });
    private readonly byte[][] _bodies;
    private int _sent;

    private DenseServer(DensityFolder folder, ServerProcess process, Uri metrics, TimeSpan start, byte[][] bodies)
    {
        (_folder, _process, _metrics, StartTime, _bodies) = (folder, process, metrics, start, bodies);
        Address = process.Address;
    }

    public Uri Address { get; }

    /// <summary>From the start of the process until it said that it is ready.</summary>
    public TimeSpan StartTime { get; }

    /// <summary>Searches that were answered with 503 and asked again, their waiting in their time.</summary>
    public int Refused { get; private set; }

    public ServerProcess Process => _process;

    public static async Task<DenseServer> StartAsync(DensityFolder folder, params IEnumerable<string> settings)
    {
        var ports = ServerProcess.FreePorts(4);
        var watch = Stopwatch.StartNew();
        var process = ServerProcess.Launch(folder.Data, ports[..3], ["--Auth:Mode=keys", $"--Management:Port={ports[3]}", .. settings]);
        try
        {
            await process.UntilReadyAsync();
            return new DenseServer(folder, process, new Uri($"http://127.0.0.1:{ports[3]}/metrics"), watch.Elapsed, Bodies());
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ClipOrleansClient ClientOf(string key, HttpClient http) =>
        new(new ClipOrleansClientOptions { BaseAddress = Address, ApiKey = key, RetryFor = TimeSpan.FromSeconds(60) }, http);

    public Task<SiloUse> UseAsync() => SiloUse.OfAsync(_process.Id, _metrics, _folder.Data);

    /// <summary>One search as a tenant, ten hits with their metadata.</summary>
    public async Task<TimeSpan> SearchAsync(DenseTenant tenant)
    {
        var body = _bodies[_sent++ % _bodies.Length];
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, $"v1/indexes/{Index}/search"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tenant.Key);
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await _http.SendAsync(request);
            var answer = await response.Content.ReadAsByteArrayAsync();
            var time = Stopwatch.GetElapsedTime(start);
            if (response.IsSuccessStatusCode)
                return HitsOf(answer) == 10 ? time : throw new InvalidDataException($"{tenant.Id}: {Encoding.UTF8.GetString(answer)}");
            if (response.StatusCode != System.Net.HttpStatusCode.ServiceUnavailable)
                throw new HttpRequestException($"{tenant.Id}: {(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
            Refused++;
            await pause.WaitForNextTickAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private static int HitsOf(byte[] answer) => JsonNode.Parse(answer)?["hits"] is JsonArray hits ? hits.Count : 0;

    private static byte[][] Bodies()
    {
        var queries = new ClipLikeVectors(DensityLoad.Distribution, VectorsBench.Dimensions, DensityLoad.Seed).Images(Queries, QueryChunk);
        return [.. queries.Chunk(VectorsBench.Dimensions).Select(query => Encoding.UTF8.GetBytes(new JsonObject { ["vector"] = new JsonArray([.. query.Select(value => (JsonNode)value)]) }.ToJsonString()))];
    }
}

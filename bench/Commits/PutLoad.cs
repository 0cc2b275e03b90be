using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using ClipOrleans.Bench.Http;

namespace ClipOrleans.Bench.Commits;

/// <summary>Requests to one index by a connection a writer.</summary>
internal sealed class PutLoad : IDisposable
{
    private readonly Uri _address;
    private readonly string _index;
    private readonly byte[] _live;
    private readonly ConcurrentBag<PlainConnection> _free;

    private PutLoad(Uri address, string index, IEnumerable<PlainConnection> connections)
    {
        (_address, _index, _free) = (address, index, [.. connections]);
        _live = PlainConnection.Request(address, "GET", "/health/live", []);
    }

    public static async Task<PutLoad> OpenAsync(Uri address, string index, int connections) =>
        new(address, index, await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => PlainConnection.OpenAsync(address))));

    /// <returns>How long the writer waited for its document to be durable.</returns>
    public Task<TimeSpan> PutAsync(string id, byte[] body) =>
        SendAsync(PlainConnection.Request(_address, "PUT", $"/v1/indexes/{_index}/documents/{id}", body));

    /// <returns>How long a request takes that nothing is done for.</returns>
    public Task<TimeSpan> AskLiveAsync() => SendAsync(_live);

    public void Dispose()
    {
        foreach (var connection in _free)
            connection.Dispose();
    }

    private async Task<TimeSpan> SendAsync(byte[] request)
    {
        if (!_free.TryTake(out var connection))
            throw new InvalidOperationException("More writers than connections.");
        var start = Stopwatch.GetTimestamp();
        var status = await connection.SendAsync(request);
        var time = Stopwatch.GetElapsedTime(start);
        _free.Add(connection);
        return status is 200 or 201 ? time : throw new HttpRequestException($"{status} to {Encoding.UTF8.GetString(request.AsSpan(0, 60))}");
    }
}

using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace ClipOrleans.EndToEnd.Http;

/// <summary>
/// One long NDJSON request over a bare socket, because HttpClient shows no answer before the whole request is sent: lines go out when the
/// test says so, and answers are read while the request is still open.
/// </summary>
internal sealed class NdjsonUpload : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private readonly Queue<string> _lines = new();
    private readonly StringBuilder _text = new();
    private Stream _stream = Stream.Null;
    private bool _headersRead;

    /// <summary>The answer's first line, once an answer has begun.</summary>
    public string? StatusLine { get; private set; }

    public static async Task<NdjsonUpload> OpenAsync(Uri address, string index)
    {
        var upload = new NdjsonUpload();
        await upload._client.ConnectAsync(address.Host, address.Port);
        upload._stream = upload._client.GetStream();
        var head = $"POST /v1/indexes/{index}/documents HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
        await upload._stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        return upload;
    }

    public async Task SendAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await _stream.WriteAsync(Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"));
        await _stream.WriteAsync(bytes);
        await _stream.WriteAsync("\r\n"u8.ToArray());
    }

    public async Task CompleteAsync() => await _stream.WriteAsync("0\r\n\r\n"u8.ToArray());

    /// <summary>The next answered line; null when the answer is complete.</summary>
    public async Task<JsonObject?> ReadAsync(CancellationToken cancel)
    {
        if (!_headersRead)
        {
            await ReadHeadersAsync(cancel);
        }

        while (_lines.Count == 0)
        {
            if (await ReadChunkAsync(cancel) is not { } chunk)
            {
                return null;
            }

            _text.Append(chunk);
            TakeLines();
        }

        return JsonNode.Parse(_lines.Dequeue())!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task ReadHeadersAsync(CancellationToken cancel)
    {
        StatusLine = await ReadLineAsync(cancel);
        while (await ReadLineAsync(cancel) is { Length: > 0 } header)
        {
            var isChunked = header.Contains("chunked", StringComparison.OrdinalIgnoreCase);
            Assert.False(!isChunked && header.StartsWith("Transfer-Encoding", StringComparison.OrdinalIgnoreCase), header);
        }

        _headersRead = true;
    }

    private async Task<string?> ReadChunkAsync(CancellationToken cancel)
    {
        var length = Convert.ToInt32(await ReadLineAsync(cancel), 16);
        var bytes = new byte[length];
        await _stream.ReadExactlyAsync(bytes, cancel);
        await ReadLineAsync(cancel);
        return length == 0 ? null : Encoding.UTF8.GetString(bytes);
    }

    private void TakeLines()
    {
        var text = _text.ToString();
        var end = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _lines.Enqueue(line);
        }

        _text.Clear().Append(text[end..]);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancel)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, cancel);
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }
    }
}

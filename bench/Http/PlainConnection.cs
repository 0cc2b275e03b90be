using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace ClipOrleans.Bench.Http;

/// <summary>
/// One kept-alive HTTP/1.1 connection of a load generator, which shares the cores with what it measures: a request is written as it
/// will be sent before the clock starts, an answer is read no further than to know its status and its end.
/// </summary>
internal sealed class PlainConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[64 * 1024];

    private PlainConnection()
    {
    }

    public static async Task<PlainConnection> OpenAsync(Uri address)
    {
        var connection = new PlainConnection();
        await connection._socket.ConnectAsync(address.Host, address.Port);
        return connection;
    }

    /// <summary>A request as it is sent.</summary>
    /// <param name="address">Of the server.</param>
    /// <param name="method">Such as PUT.</param>
    /// <param name="path">With its slash.</param>
    /// <param name="json">The body; empty for none.</param>
    /// <param name="key">An API key, where one is needed.</param>
    public static byte[] Request(Uri address, string method, string path, ReadOnlySpan<byte> json, string? key = null) =>
    [
        .. Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\n"),
        .. key is null ? ""u8 : Encoding.ASCII.GetBytes($"Authorization: Bearer {key}\r\n"),
        .. json.IsEmpty ? "\r\n"u8 : Encoding.ASCII.GetBytes($"Content-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n"),
        .. json,
    ];

    /// <returns>The status of the answer, which was read whole.</returns>
    public async Task<int> SendAsync(ReadOnlyMemory<byte> request)
    {
        for (var sent = 0; sent < request.Length;)
            sent += await _socket.SendAsync(request[sent..]);
        var length = 0;
        do
        {
            var read = await _socket.ReceiveAsync(_answer.AsMemory(length));
            if (read == 0)
                throw new IOException("The server has closed the connection.");
            length += read;
        }
        while (!IsWhole(_answer.AsSpan(0, length)));
        return Utf8Parser.TryParse(_answer.AsSpan("HTTP/1.1 ".Length), out int status, out _) ? status : throw new InvalidDataException(Encoding.UTF8.GetString(_answer, 0, length));
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var head = answer[..(end + 2)];
        var body = answer[(end + 4)..];
        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at < 0)
            return body.EndsWith("0\r\n\r\n"u8); // in chunks
        return Utf8Parser.TryParse(head[(at + "\r\nContent-Length: ".Length)..], out int length, out _) && body.Length >= length;
    }
}

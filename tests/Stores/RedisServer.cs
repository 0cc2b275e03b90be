using System.Net;

namespace ClipOrleans.Stores;

/// <summary>A Redis that keeps what it was told.</summary>
internal sealed class RedisServer : StoreServer
{
    private readonly string _program = Find("redis-server");

    private readonly IPAddress _address;

    private RedisServer(IPAddress address) => _address = address;

    public string ConnectionString => $"{_address}:{Port}";

    protected override string ReadyWords => "Ready to accept connections";

    protected override string[] Command => [_program, "--port", $"{Port}", "--bind", $"{_address}", "--protected-mode", "no", "--dir", Folder, "--save", "", "--appendonly", "yes"];

    /// <summary>Makes one and starts it.</summary>
    /// <param name="address">Of this machine, on a network that a test has made: nobody else is on it. Null: loopback.</param>
    public static async Task<RedisServer> RunAsync(IPAddress? address = null)
    {
        var server = new RedisServer(address ?? IPAddress.Loopback);
        await server.StartAsync();
        return server;
    }
}

namespace ClipOrleans.Stores;

/// <summary>A Redis that keeps what it was told.</summary>
internal sealed class RedisServer : StoreServer
{
    private readonly string _program = Find("redis-server");

    private RedisServer()
    {
    }

    public string ConnectionString => $"127.0.0.1:{Port}";

    protected override string ReadyWords => "Ready to accept connections";

    protected override string[] Command => [_program, "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder, "--save", "", "--appendonly", "yes"];

    /// <summary>Makes one and starts it.</summary>
    public static async Task<RedisServer> RunAsync()
    {
        var server = new RedisServer();
        await server.StartAsync();
        return server;
    }
}

using System.Net;
using System.Net.Sockets;
using ClipOrleans.EndToEnd.Cluster.Network;

namespace ClipOrleans.EndToEnd.Processes;

/// <summary>Where a process runs: this machine, or a network namespace that is as good as one of its own.</summary>
/// <param name="Namespace">Null: the network that the tests are in.</param>
/// <param name="Address">At which the others reach it.</param>
internal sealed record Machine(string? Namespace, IPAddress Address)
{
    public static Machine Own { get; } = new(null, IPAddress.Loopback);

    /// <summary>What stands before a command so that it runs there. It is replaced by the command: the process id is the command's.</summary>
    public IReadOnlyList<string> Prefix => Namespace is null ? [] : ["nsenter", $"--net={NamespaceSocket.PathOf(Namespace)}"];

    /// <summary>For a client that speaks to loopback of that machine, as if it ran there: no cut of the network comes between.</summary>
    public SocketsHttpHandler Handler() =>
        Namespace is null ? new SocketsHttpHandler { AllowAutoRedirect = false } : new SocketsHttpHandler { AllowAutoRedirect = false, ConnectCallback = ConnectAsync };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = NamespaceSocket.Open(Namespace!);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

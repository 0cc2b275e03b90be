using System.Net;
using System.Net.Sockets;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>
/// What the image fetcher asks of the network: the addresses of a name, and a connection to one of them. Apart from the
/// rules, so that a test can put a hostile resolver in its place while every rule stays.
/// </summary>
internal class FetchNetwork
{
    public virtual Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancel) => Dns.GetHostAddressesAsync(host, cancel);

    /// <summary>Connects to the first of the addresses that answers, and to nothing else: no name is looked up here.</summary>
    public virtual async ValueTask<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>
/// Opens the connections of the image fetcher. The name is resolved here and the connection goes to exactly the address
/// that was checked, so that a name which resolves differently a moment later gains nothing.
/// </summary>
internal sealed class CheckedConnection(bool allowPrivateNetworks)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        // A final dot only says that a name is complete; before it, "127.0.0.1." is the address and not a name.
        var host = context.DnsEndPoint.Host.TrimEnd('.');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);
        if (!allowPrivateNetworks && !Array.TrueForAll(addresses, AddressRules.IsAllowed))
            throw new AddressNotAllowedException($"'{host}' is not a public address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

using System.Net;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>
/// Opens the connections of the image fetcher. The name is resolved here and the connection goes to exactly the address
/// that was checked, so that a name which resolves differently a moment later gains nothing.
/// </summary>
internal sealed class CheckedConnection(FetchNetwork network, bool allowPrivateNetworks)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        // A final dot only says that a name is complete; before it, "127.0.0.1." is the address and not a name.
        var host = context.DnsEndPoint.Host.TrimEnd('.');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await network.ResolveAsync(host, cancel);
        if (!allowPrivateNetworks && !Array.TrueForAll(addresses, AddressRules.IsAllowed))
            throw new AddressNotAllowedException($"'{host}' is not a public address.");
        return await network.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
    }
}

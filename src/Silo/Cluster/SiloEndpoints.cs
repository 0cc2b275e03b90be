using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;

namespace ClipOrleans.Silo.Cluster;

/// <summary>Where a silo is reached by the others, where it listens, and what it is called.</summary>
internal sealed record SiloEndpoints(IPAddress Advertised, IPAddress Listening, int SiloPort, int GatewayPort, string Name)
{
    private const string PodAddress = "POD_IP";
    private const string PodName = "POD_NAME";
    private const string HostName = "HOSTNAME";

    /// <exception cref="StartException">The address to advertise is none.</exception>
    public static SiloEndpoints Of(ClusterSettings settings)
    {
        var advertised = Address(settings.AdvertisedAddress);
        // An address of this machine is all that is listened on; one that is translated on its way here is none of them.
        var listening = IPAddress.IsLoopback(advertised) || OwnAddresses().Contains(advertised) ? advertised
            : advertised.AddressFamily is AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any
            : IPAddress.Any;
        var siloPort = settings.SiloPort is 0 ? FreePort(listening) : settings.SiloPort;
        var gatewayPort = settings.GatewayPort is 0 ? FreePort(listening) : settings.GatewayPort;
        return new SiloEndpoints(advertised, listening, siloPort, gatewayPort, NameOf(settings, siloPort));
    }

    /// <summary>Orleans advertises its port before it listens, so it must be told one.</summary>
    public static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string NameOf(ClusterSettings settings, int siloPort) =>
        settings.SiloName.Length > 0 ? settings.SiloName
        : Variable(PodName) ?? $"{Variable(HostName) ?? Environment.MachineName}:{siloPort}";

    private static IPAddress Address(string asked)
    {
        if (asked.Length > 0)
            return Resolve(asked, "Cluster:AdvertisedAddress");
        return Variable(PodAddress) is { } pod ? Resolve(pod, PodAddress)
            : OwnAddresses().FirstOrDefault() ?? IPAddress.Loopback;
    }

    private static IPAddress Resolve(string asked, string key)
    {
        if (IPAddress.TryParse(asked, out var address))
        {
            return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
                ? throw new StartException($"{key}: {asked} is every address and none: name one at which the other processes reach this one.")
                : address;
        }

        try
        {
            var found = Dns.GetHostAddresses(asked);
            return found.FirstOrDefault(one => one.AddressFamily is AddressFamily.InterNetwork) ?? found.First();
        }
        catch (SocketException fault)
        {
            throw new StartException($"{key}: '{asked}' is no address and no name that is known ({fault.Message}).");
        }
    }

    /// <summary>Addresses of this machine at which others may reach it, those of version 4 first.</summary>
    private static List<IPAddress> OwnAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus is OperationalStatus.Up && one.NetworkInterfaceType is not NetworkInterfaceType.Loopback)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address))
            .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily is not AddressFamily.InterNetwork),
    ];

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

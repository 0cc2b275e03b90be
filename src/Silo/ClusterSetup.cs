using System.Net;
using System.Net.Sockets;
using ClipOrleans.Silo.Configuration;

namespace ClipOrleans.Silo;

/// <summary>How this process and others become one cluster.</summary>
internal static class ClusterSetup
{
    /// <summary>The whole cluster is this process: it listens on loopback and knows nobody else.</summary>
    public static ISiloBuilder AddCluster(this ISiloBuilder silo, ClusterSettings settings)
    {
        var siloPort = settings.SiloPort is 0 ? FreePort() : settings.SiloPort;
        return silo.UseLocalhostClustering(
            siloPort, settings.GatewayPort, new IPEndPoint(IPAddress.Loopback, siloPort), settings.ServiceId, settings.ClusterId);
    }

    /// <summary>Orleans advertises its port before it listens, so it must be told one.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

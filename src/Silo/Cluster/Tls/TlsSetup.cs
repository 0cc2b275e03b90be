using ClipOrleans.Silo.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;

namespace ClipOrleans.Silo.Cluster.Tls;

/// <summary>Installs <see cref="TlsConnection"/> on every connection between processes, where the settings ask for it.</summary>
internal static class TlsSetup
{
    public static ISiloBuilder AddTls(this ISiloBuilder silo, TlsSettings settings)
    {
        if (settings.Mode != TlsSettings.Require)
            return silo;
        AddCertificates(silo.Services, settings);
        return silo.Configure<SiloConnectionOptions>(static connections =>
        {
            connections.ConfigureSiloInboundConnection(static connection => Use(connection, isServer: true));
            connections.ConfigureGatewayInboundConnection(static connection => Use(connection, isServer: true));
            connections.ConfigureSiloOutboundConnection(static connection => Use(connection, isServer: false));
        });
    }

    public static IClientBuilder AddTls(this IClientBuilder client, TlsSettings settings)
    {
        if (settings.Mode != TlsSettings.Require)
            return client;
        AddCertificates(client.Services, settings);
        return client.Configure<ClientConnectionOptions>(static connections => connections.ConfigureConnection(static connection => Use(connection, isServer: false)));
    }

    private static void AddCertificates(IServiceCollection services, TlsSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClusterCertificates>(provider, settings));
    }

    private static void Use(IConnectionBuilder connection, bool isServer) =>
        connection.UseMiddleware(ActivatorUtilities.CreateInstance<TlsConnection>(connection.ApplicationServices, isServer));
}

using System.Net;
using ClipOrleans.Silo.Configuration;
using Orleans.Configuration;

namespace ClipOrleans.Silo.Cluster;

/// <summary>How this process and others become one cluster.</summary>
internal static class ClusterSetup
{
    /// <summary>Silos that come and go are seen by a client of the cluster within this time.</summary>
    private static readonly TimeSpan s_gatewayListPeriod = TimeSpan.FromSeconds(5);

    /// <summary>A part of the work that nobody did is known to a client within this time after somebody does it.</summary>
    private static readonly TimeSpan s_typesPeriod = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_clientRetry = TimeSpan.FromSeconds(1);

    /// <summary>Makes the process a member: of the cluster that it is by itself, or of the one that the store knows.</summary>
    public static ISiloBuilder AddCluster(this ISiloBuilder silo, ClusterSettings settings, ClusterStore? store)
    {
        if (store is null)
        {
            var siloPort = settings.SiloPort is 0 ? SiloEndpoints.FreePort(IPAddress.Loopback) : settings.SiloPort;
            return silo.UseLocalhostClustering(
                siloPort, settings.GatewayPort, new IPEndPoint(IPAddress.Loopback, siloPort), settings.ServiceId, settings.ClusterId);
        }

        var endpoints = SiloEndpoints.Of(settings);
        silo.Configure<ClusterOptions>(cluster => Name(cluster, settings));
        silo.Configure<SiloOptions>(options => options.SiloName = endpoints.Name);
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = endpoints.Advertised;
            options.SiloPort = endpoints.SiloPort;
            options.GatewayPort = endpoints.GatewayPort;
            options.SiloListeningEndpoint = new IPEndPoint(endpoints.Listening, endpoints.SiloPort);
            options.GatewayListeningEndpoint = new IPEndPoint(endpoints.Listening, endpoints.GatewayPort);
        });
        silo.Configure<ClusterMembershipOptions>(membership => Liveness.Apply(membership, settings));
        store.AddMembership(silo);
        BeCautious(silo.Services);
        AddDirectory(silo);
        return silo;
    }

    /// <summary>Makes the process a client of the cluster, which waits for a silo as long as there is none.</summary>
    public static IClientBuilder AddCluster(this IClientBuilder client, ClusterSettings settings, ClusterStore store)
    {
        client.Configure<ClusterOptions>(cluster => Name(cluster, settings));
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = s_gatewayListPeriod);
        client.Configure<TypeManagementOptions>(types => types.TypeMapRefreshInterval = s_typesPeriod);
        client.Configure<ClientMessagingOptions>(messaging => messaging.CancelRequestOnTimeout = true);
        client.UseConnectionRetryFilter(async (_, cancel) =>
        {
            await Task.Delay(s_clientRetry, cancel);
            return true;
        });
        store.AddGateways(client);
        return client;
    }

    /// <summary>
    /// The directory that agrees before it answers. The other one gives a grain to two silos for a moment whenever silos come
    /// or go: of a shard one of them cannot open the files then, and requests are told so. What it would hold back for half a
    /// minute after a death, in case the dead are not, is fenced by the shards themselves (decision 0004).
    /// </summary>
    private static void AddDirectory(ISiloBuilder silo)
    {
        silo.Configure<GrainDirectoryOptions>(static directory => directory.RangeLeaseDuration = TimeSpan.Zero);
#pragma warning disable ORLEANSEXP003 // Its interface may change; what it does is what shards need.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
    }

    private static void BeCautious(IServiceCollection services)
    {
        var table = services.Last(static service => service.ServiceType == typeof(IMembershipTable));
        services.AddSingleton<IMembershipTable>(provider => new JoiningCaution(
            (IMembershipTable)(table.ImplementationInstance ?? table.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, table.ImplementationType!)),
            provider.GetRequiredService<ILocalSiloDetails>().SiloAddress,
            provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }

    private static void Name(ClusterOptions cluster, ClusterSettings settings)
    {
        cluster.ClusterId = settings.ClusterId;
        cluster.ServiceId = settings.ServiceId;
    }
}

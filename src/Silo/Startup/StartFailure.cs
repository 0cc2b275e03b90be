using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Silo.Startup;

/// <summary>What stopped the start, in the operator's words where it is the operator's matter.</summary>
internal static class StartFailure
{
    /// <summary>The text for the operator; of anything unforeseen the whole exception, since that is a bug to report.</summary>
    public static string Explain(Exception fault)
    {
        for (var one = fault; one is not null; one = one.InnerException)
        {
            if (Words(one, fault) is { } words)
                return $"ClipOrleans cannot start: {words}";
        }

        return $"ClipOrleans cannot start, and this is not foreseen:{Environment.NewLine}{fault}";
    }

    private static string? Words(Exception fault, Exception outermost) => fault switch
    {
        StartException => fault.Message,
        OptionsValidationException wrong => StartException.For([.. wrong.Failures]).Message,
        AddressInUseException => $"another program listens on the address already ({outermost.Message}). Choose another with --urls=http://127.0.0.1:<port>.",
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            "Cluster:SiloPort or Cluster:GatewayPort is in use by another program. Choose other ports, or 0 for free ones.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => $"the address may not be listened on: {fault.Message}. Choose a port above 1023.",
        OrleansConfigurationException => fault.Message,
        _ => null,
    };
}

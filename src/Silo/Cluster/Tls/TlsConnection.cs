using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime.Messaging;

namespace ClipOrleans.Silo.Cluster.Tls;

/// <summary>
/// Puts TLS between the transport of a connection and Orleans, on the side that took the connection or the one that made
/// it. Both show a certificate; each checks the other's chain against the authorities of the cluster and nothing else:
/// processes are reached by addresses that change, so that a name would say nothing that the authority does not.
/// </summary>
internal sealed partial class TlsConnection(ClusterCertificates certificates, bool isServer, ILogger<TlsConnection> logger) : IConnectionMiddleware
{
    /// <summary>Who has not said who he is by then is a stranger.</summary>
    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(10);

    /// <summary>Names are not compared, but the protocol sends one.</summary>
    private const string AnyName = "cliporleans";

    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var transport = context.Transport;
        await using var secured = new SslStream(new TransportStream(transport), leaveInnerStreamOpen: false);
        await AuthenticateAsync(context, secured);
        var (input, output) = (PipeReader.Create(secured, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(secured, new StreamPipeWriterOptions(leaveOpen: true)));
        context.Transport = new Pipes(input, output);
        try
        {
            await next(context);
        }
        finally
        {
            // The transport is closed by whoever made it; it must find its own.
            context.Transport = transport;
            await input.CompleteAsync();
            await output.CompleteAsync();
        }
    }

    private async Task AuthenticateAsync(ConnectionContext context, SslStream stream)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        late.CancelAfter(s_handshake);
        try
        {
            var identity = certificates.Current;
            await (isServer ? stream.AuthenticateAsServerAsync(ServerOptions(identity), late.Token) : stream.AuthenticateAsClientAsync(ClientOptions(identity), late.Token));
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            LogRefused(isServer ? "came from" : "goes to", context.RemoteEndPoint?.ToString() ?? "nowhere", Reason(fault));
            throw new ConnectionAbortedException("The other side is not of this cluster, or did not answer as TLS asks for.", fault);
        }
    }

    private static SslServerAuthenticationOptions ServerOptions(ClusterIdentity identity) => new()
    {
        ServerCertificateContext = identity.Own,
        ClientCertificateRequired = true,
        EnabledSslProtocols = Protocols,
        CertificateChainPolicy = OnlyOurs(identity),
        RemoteCertificateValidationCallback = IsOurs,
    };

    private static SslClientAuthenticationOptions ClientOptions(ClusterIdentity identity) => new()
    {
        TargetHost = AnyName,
        ClientCertificateContext = identity.Own,
        EnabledSslProtocols = Protocols,
        CertificateChainPolicy = OnlyOurs(identity),
        RemoteCertificateValidationCallback = IsOurs,
    };

    private static X509ChainPolicy OnlyOurs(ClusterIdentity identity)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(identity.Authorities);
        return policy;
    }

    /// <summary>A certificate is there and its chain ends at one of our authorities; its name may be any.</summary>
    private static bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) is SslPolicyErrors.None;

    private static string Reason(Exception fault) => fault is OperationCanceledException ? "no handshake in time" : fault.Message;

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

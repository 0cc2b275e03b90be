using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClipOrleans.Stores;

/// <summary>A certificate authority of a test, and files with what it has signed.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset s_from = TimeProvider.System.GetUtcNow().AddDays(-10);

    private readonly X509Certificate2 _root;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _root = request.CreateSelfSigned(s_from, s_from.AddYears(10));
    }

    /// <summary>The authority's own certificate.</summary>
    public string Pem => _root.ExportCertificatePem();

    /// <summary>Puts <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c> into a folder, as a secret of Kubernetes has them.</summary>
    /// <param name="folder">An existing folder; files of these names are replaced.</param>
    /// <param name="subject">Whose certificate.</param>
    /// <param name="days">Days until it ends; negative: it has ended.</param>
    /// <param name="forServers">Whether it may be shown by servers; by clients it may always be.</param>
    public void Issue(string folder, string subject, int days = 30, bool forServers = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        var usages = new OidCollection { new Oid("1.3.6.1.5.5.7.3.2") };
        if (forServers)
            usages.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_root, s_from, TimeProvider.System.GetUtcNow().AddDays(days), RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(folder, "ca.crt"), Pem);
    }

    public void Dispose() => _root.Dispose();
}

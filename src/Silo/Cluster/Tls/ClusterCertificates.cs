using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClipOrleans.Silo.Configuration;

namespace ClipOrleans.Silo.Cluster.Tls;

/// <summary>What a process shows to its peers, and by what it knows them.</summary>
internal sealed record ClusterIdentity(SslStreamCertificateContext Own, X509Certificate2Collection Authorities);

/// <summary>
/// The certificates in the files of <see cref="TlsSettings"/>. Handshakes ask for them; every few seconds the files are
/// looked at again then, so that a certificate is renewed without a start. Their contents are compared, not their times: a
/// volume of secrets is changed by turning a link, and the files behind it may be as old as those before.
/// </summary>
internal sealed partial class ClusterCertificates
{
    private static readonly TimeSpan s_lookAgainAfter = TimeSpan.FromSeconds(5);

    private readonly TlsSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger<ClusterCertificates> _logger;
    private readonly Lock _looking = new();
    private long _lookedAt;
    private Files _files;
    private ClusterIdentity _identity;

    /// <exception cref="CryptographicException">A file does not hold what it must; the message names its key.</exception>
    public ClusterCertificates(TlsSettings settings, TimeProvider clock, ILogger<ClusterCertificates> logger)
    {
        _settings = settings;
        _clock = clock;
        _logger = logger;
        _lookedAt = clock.GetTimestamp();
        _files = Read();
        _identity = Load(_files);
    }

    /// <summary>The identity as the files have it now, or had it a few seconds ago; the last good one while they are at fault.</summary>
    public ClusterIdentity Current
    {
        get
        {
            lock (_looking)
            {
                if (_clock.GetElapsedTime(_lookedAt) >= s_lookAgainAfter)
                    LookAgain();
                return _identity;
            }
        }
    }

    /// <summary>Whether the files hold what they must.</summary>
    /// <returns>What is wrong, with the key, or null.</returns>
    public static string? Problem(TlsSettings settings)
    {
        try
        {
            _ = Load(Read(settings));
            return null;
        }
        catch (CryptographicException fault)
        {
            return fault.Message;
        }
    }

    private void LookAgain()
    {
        _lookedAt = _clock.GetTimestamp();
        try
        {
            var files = Read();
            if (files.Equals(_files))
                return;
            var renewed = Load(files);
            (_files, _identity) = (files, renewed);
            LogRenewed(renewed.Own.TargetCertificate.Subject, renewed.Own.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (CryptographicException fault)
        {
            // Half of a change may be seen: the certificate is there, its key is not yet. The next look sees the rest.
            LogNotRenewed(fault.Message);
        }
    }

    private Files Read() => Read(_settings);

    private static Files Read(TlsSettings settings) => new(
        ReadFile(settings.CertificatePath, nameof(settings.CertificatePath)),
        ReadFile(settings.KeyPath, nameof(settings.KeyPath)),
        ReadFile(settings.CaPath, nameof(settings.CaPath)));

    private static string ReadFile(string path, string key)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CryptographicException($"{TlsSettings.Section}:{key}: '{path}' cannot be read ({fault.Message.TrimEnd('.')})", fault);
        }
    }

    private static ClusterIdentity Load(Files files)
    {
        var chain = Named(nameof(TlsSettings.CertificatePath), "holds no certificate", () => Pem(files.Certificate));
        var own = Named(nameof(TlsSettings.KeyPath), "holds no private key of the certificate", () => X509Certificate2.CreateFromPem(files.Certificate, files.Key));
        chain.RemoveAt(0);
        var authorities = Named(nameof(TlsSettings.CaPath), "holds no certificate", () => Pem(files.Authorities));
        return new ClusterIdentity(SslStreamCertificateContext.Create(own, chain, offline: true), authorities);
    }

    private static X509Certificate2Collection Pem(string text)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("there is none in it");
    }

    private static T Named<T>(string key, string problem, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new CryptographicException($"{TlsSettings.Section}:{key}: the file {problem} in PEM ({fault.Message.TrimEnd('.')})", fault);
        }
    }

    private sealed record Files(string Certificate, string Key, string Authorities);
}

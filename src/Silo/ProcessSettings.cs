using ClipOrleans.Gateway.Options;
using ClipOrleans.Grains;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Silo.Cluster.Tls;
using ClipOrleans.Silo.Configuration;

namespace ClipOrleans.Silo;

/// <summary>What decides how a process is put together.</summary>
internal sealed record ProcessSettings(StorageSettings Storage, ClusterSettings Cluster, TlsSettings Tls, AuthOptions Auth, SiloRoles Roles)
{
    /// <summary>Other processes may belong to it.</summary>
    public bool IsClustered => Cluster.Provider != ClusterProvider.Localhost;

    public static ProcessSettings Of(IConfiguration configuration) => new(
        configuration.GetSection(StorageSettings.Section).Get<StorageSettings>() ?? new StorageSettings(),
        configuration.GetSection(ClusterSettings.Section).Get<ClusterSettings>() ?? new ClusterSettings(),
        configuration.GetSection(TlsSettings.Section).Get<TlsSettings>() ?? new TlsSettings(),
        configuration.GetSection(AuthOptions.Section).Get<AuthOptions>() ?? new AuthOptions(),
        (configuration.Get<RoleSettings>() ?? new RoleSettings()).ToRoles());

    /// <summary>What is wrong with settings that are right each by itself.</summary>
    public IEnumerable<string> Problems()
    {
        if (!IsClustered && Roles.Names.Length < SiloRoles.All.Names.Length)
            yield return $"Roles: a part alone needs a cluster, and Cluster:Provider=localhost is a process by itself; use Roles={string.Join(',', SiloRoles.All.Names)}, or another provider";
        if (IsClustered && Cluster.ConnectionString.Length == 0)
            yield return $"Cluster:ConnectionString: Cluster:Provider={Cluster.Provider} needs it";
        if (Auth.NeedsKeys && Roles is { HasGateway: true, HasShard: false } && Auth is { OperatorKey: "", OperatorKeyFile: "" })
            yield return "Auth:OperatorKeyFile: a gateway alone has no Storage:Path to keep a key of the operator in; name the file that holds it, or set Auth:OperatorKey";
        if (Tls.Mode == TlsSettings.Require && ClusterCertificates.Problem(Tls) is { } unusable)
            yield return unusable;
    }
}

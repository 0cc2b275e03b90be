using ClipOrleans.Silo;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;
using Microsoft.Extensions.Configuration;

namespace ClipOrleans.Grains.Tests.Silo;

// Danger: a typing error is passed over in silence, or open access is open to the network.
// Invariant: a wrong value or an unknown key stops the start, every one named at once.
// Method: command lines as an operator writes them.
public sealed class SettingsTests
{
    [Theory]
    [InlineData("--Storage:Sync=perhaps", "Storage:Sync", "true or false")]
    [InlineData("--Storage:IdleMinutes=0", "Storage:IdleMinutes", "from 1 to 10080")]
    [InlineData("--Storage:IdleMinutes=soon", "Storage:IdleMinutes", "a whole number")]
    [InlineData("--Storage:Path=", "Storage:Path", "must not be empty")]
    [InlineData("--storage:PTH=/x", "PTH", "Storage:Path")]
    [InlineData("--Storage:Path:Deeper=/x", "Storage:Path:Deeper", "no such setting")]
    [InlineData("--Storag:Path=/x", "Storag:Path", "Storage:")]
    [InlineData("--Limits:MaxImageBytes=-1", "Limits:MaxImageBytes", "from 1024")]
    [InlineData("--Fetch:AllowPrivateNetworks=2", "Fetch:AllowPrivateNetworks", "true or false")]
    [InlineData("--Roles=gateway,cook", "Roles", "'cook'")]
    [InlineData("--Roles=gateway", "Roles", "Cluster:Provider")]
    [InlineData("--Roles=", "Roles", "gateway,shard,encoder")]
    [InlineData("--Cluster:Provider=redis", "Cluster:ConnectionString", "needs it")]
    [InlineData("--Cluster:MissedProbes=1", "Cluster:MissedProbes", "from 2")]
    [InlineData("--Auth:Mode=maybe", "Auth:Mode", "open or keys")]
    [InlineData("--Auth:OperatorKey=short", "Auth:OperatorKey", "8 to 512")]
    [InlineData("--Cluster:Provider=pigeon", "Cluster:Provider", "localhost")]
    [InlineData("--Cluster:SiloPort=65536", "Cluster:SiloPort", "from 0 to 65535")]
    [InlineData("--Encoder:Queue=1", "Encoder:Queue", "from 64")]
    [InlineData("--Verbose", "--Verbose", "has no value")]
    [InlineData("serve", "serve", "not understood")]
    public void A_wrong_setting_is_named_with_what_would_be_right(string argument, string key, string right)
    {
        var fault = Assert.Throws<StartException>(() => SiloApplication.Check([argument]));
        Assert.Contains(key, fault.Message, StringComparison.Ordinal);
        Assert.Contains(right, fault.Message, StringComparison.Ordinal);
        Assert.StartsWith("a setting is wrong", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_settings_are_told_at_once()
    {
        var fault = Assert.Throws<StartException>(() => SiloApplication.Check(["--Storage:Sync=perhaps", "--Search:Threads=-1", "--Nothing=1", "--urls=http://0.0.0.0:1"]));
        Assert.StartsWith("4 settings are wrong", fault.Message, StringComparison.Ordinal);
        Assert.All((string[])["Storage:Sync", "Search:Threads", "Nothing", "Auth:Mode"], key => Assert.Contains(key, fault.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--Storage:Path", "/somewhere")]
    [InlineData("--storage:path=/somewhere")]
    [InlineData("--Storage:Path=/somewhere", "--Logging:LogLevel:Default=Debug", "--Search:Threads=3", "--Fetch:AllowPrivateNetworks=true", "--Roles=encoder, shard,gateway")]
    public void Right_settings_pass(params string[] arguments)
    {
        Assert.Equal("/somewhere", SiloApplication.Check(arguments).Storage.Path);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_default()
    {
        const string variable = "ClipOrleans__Storage__IdleMinutes";
        Assert.Equal(15, SiloApplication.Check([]).Storage.IdleMinutes);
        Environment.SetEnvironmentVariable(variable, "7");
        try
        {
            Assert.Equal(7, SiloApplication.Check([]).Storage.IdleMinutes);
            Assert.Equal(8, SiloApplication.Check(["--Storage:IdleMinutes=8"]).Storage.IdleMinutes);
            Environment.SetEnvironmentVariable(variable, "never");
            Assert.Contains("Storage:IdleMinutes", Assert.Throws<StartException>(() => SiloApplication.Check([])).Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://localhost:0;http://[::1]:5000", true)]
    [InlineData("http://127.8.9.10:80", true)]
    [InlineData("http://unix:/run/clip.sock", true)]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://+:8080", false)]
    [InlineData("http://[::]:8080", false)]
    [InlineData("http://192.168.1.5:8080", false)]
    [InlineData("http://example.org:8080", false)]
    [InlineData("http://localhost.example.org:8080", false)]
    [InlineData("http://127.0.0.1:8080;http://10.0.0.1:8080", false)]
    [InlineData("8080", false)]
    public void Open_access_listens_on_this_machine_only(string urls, bool allowed)
    {
        var problem = ListenAddresses.Problem(Configuration(("urls", urls)));
        Assert.Equal(allowed, problem is null);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080", true)]
    [InlineData("http://127.0.0.1:8080;http://10.0.0.1:8080", true)]
    [InlineData("8080", false)]
    public void With_keys_any_address_will_do(string urls, bool allowed) =>
        Assert.Equal(allowed, ListenAddresses.Problem(Configuration(("urls", urls), ("Auth:Mode", "keys"))) is null);

    [Fact]
    public void A_gateway_alone_must_be_given_the_operators_key()
    {
        string[] gateway = ["--Roles=gateway", "--Cluster:Provider=redis", "--Cluster:ConnectionString=x", "--Auth:Mode=keys", "--urls=http://0.0.0.0:80"];
        var fault = Assert.Throws<StartException>(() => SiloApplication.Check(gateway));
        Assert.Contains("Auth:OperatorKeyFile", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Auth:OperatorKey", fault.Message, StringComparison.Ordinal);
        Assert.True(SiloApplication.Check([.. gateway, "--Auth:OperatorKeyFile=/run/secrets/key"]).Auth.NeedsKeys);
    }

    [Fact]
    public void A_secret_that_cannot_be_is_not_told()
    {
        var fault = Assert.Throws<StartException>(() => SiloApplication.Check(["--Auth:OperatorKey=hush"]));
        Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoints_of_the_server_itself_are_looked_at_too()
    {
        var problem = ListenAddresses.Problem(Configuration(("urls", "http://127.0.0.1:8080"), ("Kestrel:Endpoints:Out:Url", "http://0.0.0.0:8080")));
        Assert.Contains("0.0.0.0", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", "urls", "http://127.0.0.1:8080")]
    [InlineData("8081", "urls", "http://127.0.0.1:8080;http://*:8081")]
    [InlineData("8081", "Kestrel:Endpoints:Management:Url", "http://*:8081", "Kestrel:Endpoints:Api:Url=https://127.0.0.1:8443")]
    public void The_management_port_is_added_to_what_is_listened_on(string port, string key, string value, params string[] more)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:8080"), new("Management:Port", port)]);
        configuration.AddInMemoryCollection(more.Select(pair => new KeyValuePair<string, string?>(pair.Split('=')[0], pair.Split('=')[1])));
        Assert.Null(ListenAddresses.Problem(configuration));
        ListenAddresses.AddManagement(configuration);
        Assert.Equal(value, configuration[key]);
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => new KeyValuePair<string, string?>(value.Key, value.Value))).Build();
}

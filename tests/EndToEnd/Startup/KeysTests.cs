using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Startup;

// Danger: a server that others reach and that asks nobody who he is; a key that stands in a log or in the list of processes.
// Invariant: with Auth:Mode=keys it listens anywhere and tells nothing without a key; the operator's key is in its file alone.
// Method: the built program, its output, its files, and what the system shows of it.
public sealed class KeysTests
{
    [Fact]
    public async Task With_keys_it_listens_anywhere_and_the_operators_key_is_in_a_file_for_its_owner()
    {
        using var data = new TempFolder();
        var port = FreePort();
        await using var silo = SiloProcess.Launch(data.Path, "--Auth:Mode=keys", $"--urls=http://0.0.0.0:{port}", "--Logging:LogLevel:Default=Trace");
        using var nobody = new Api(new Uri($"http://127.0.0.1:{port}/"));
        await Deadline.UntilAsync(() => IsReadyAsync(nobody), Deadline.Long, () => silo.Process.Output);
        var file = Path.Combine(data.Path, "operator.key");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var key = (await File.ReadAllTextAsync(file)).Trim();
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("v1/indexes")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("admin/v1/cluster")).Status);
        using var api = new Api(nobody.Address, key);
        (await api.GetAsync("admin/v1/cluster")).Ok();
        Assert.Equal(HttpStatusCode.Forbidden, (await api.GetAsync("v1/indexes")).Status);
        Assert.Equal(0, await silo.StopAsync());
        Assert.DoesNotContain(key, silo.Process.Output, StringComparison.Ordinal);
        Assert.Contains(file, silo.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_on_the_command_line_is_not_seen_there()
    {
        const string Key = "a-key-on-the-command-line";
        using var data = new TempFolder();
        await using var silo = await SiloProcess.StartAsync(data.Path, "--Auth:Mode=keys", $"--Auth:OperatorKey={Key}");
        using var api = new Api(silo.Address, Key);
        (await api.GetAsync("admin/v1/cluster")).Ok();
        var arguments = await File.ReadAllTextAsync($"/proc/{silo.Process.Id}/cmdline");
        Assert.Contains("--Auth:OperatorKey=*", arguments, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, arguments, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, silo.Process.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(data.Path, "operator.key")));
    }

    [Fact]
    public async Task A_key_that_is_typed_at_clip_is_not_seen_there_either()
    {
        const string Key = "a-key-that-was-typed";
        using var folder = new TempFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var clip = ProgramProcess.Start(BuiltPrograms.Cli, ["index", "list", "--key", Key, "--url", $"http://{listener.LocalEndpoint}"], folder.Path);
        // It has sent its request and waits for an answer that does not come.
        using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var arguments = await File.ReadAllTextAsync($"/proc/{clip.Id}/cmdline");
        Assert.Contains("--key\0****", arguments, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task I5_Tenants_and_keys_outlive_a_kill_and_a_deleted_tenant_leaves_nothing()
    {
        using var data = new TempFolder();
        string shopper;
        await using (var silo = await SiloProcess.StartAsync(data.Path, "--Auth:Mode=keys"))
        {
            using var operatorApi = await OperatorAsync(silo, data.Path);
            (await operatorApi.PostAsync("admin/v1/tenants", new JsonObject { ["id"] = "acme" })).Expect(HttpStatusCode.Created);
            var made = await operatorApi.PostAsync("admin/v1/tenants/acme/keys", new JsonObject { ["name"] = "first", ["role"] = "admin" });
            shopper = (string)made.Expect(HttpStatusCode.Created).Json["key"]!;
            using var acme = new Api(silo.Address, shopper);
            (await acme.PostAsync("v1/indexes", new JsonObject { ["name"] = "shop", ["model"] = "none", ["dimensions"] = 2 })).Expect(HttpStatusCode.Created);
            (await acme.PutAsync("v1/indexes/shop/documents/a", new JsonObject { ["vector"] = new JsonArray(1, 0) })).Expect(HttpStatusCode.Created);
            await silo.KillAsync();
        }

        await using (var silo = await SiloProcess.StartAsync(data.Path, "--Auth:Mode=keys"))
        {
            using var operatorApi = await OperatorAsync(silo, data.Path);
            using var acme = new Api(silo.Address, shopper);
            await Deadline.UntilAsync(async () => (await acme.GetAsync("v1/indexes/shop/documents/a")).Status is HttpStatusCode.OK, Deadline.Long, () => silo.Process.Output);
            (await operatorApi.DeleteAsync("admin/v1/tenants/acme")).Expect(HttpStatusCode.NoContent);
            Assert.Equal(HttpStatusCode.Unauthorized, (await acme.GetAsync("v1/indexes")).Status);
            Assert.Equal(0, await silo.StopAsync());
        }

        var left = Directory.EnumerateFileSystemEntries(data.Path, "*", SearchOption.AllDirectories).Where(path => path.Contains("acme", StringComparison.Ordinal));
        Assert.Empty(left);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(data.Path, "catalog"), "*", SearchOption.AllDirectories));
    }

    private static async Task<Api> OperatorAsync(SiloProcess silo, string data) =>
        new(silo.Address, (await File.ReadAllTextAsync(Path.Combine(data, "operator.key"))).Trim());

    private static async Task<bool> IsReadyAsync(Api api)
    {
        try
        {
            return (await api.GetAsync("health/ready")).Status is HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // nobody listens yet
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

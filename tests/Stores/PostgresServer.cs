using System.Diagnostics;

namespace ClipOrleans.Stores;

/// <summary>A PostgreSQL with an empty database.</summary>
internal sealed class PostgresServer : StoreServer
{
    private const string User = "clip";

    private static readonly string[] s_binaries = [.. Versions().OrderDescending(StringComparer.Ordinal)];

    private readonly string _initdb = Find("initdb", s_binaries);
    private readonly string _postgres = Find("postgres", s_binaries);

    private PostgresServer()
    {
    }

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres";

    protected override string ReadyWords => "ready to accept connections";

    private string Data => Path.Combine(Folder, "data");

    protected override string[] Command =>
        [.. AsAnybody, _postgres, "-D", Data, "-p", $"{Port}", "-h", "127.0.0.1", "-k", "", "-c", "fsync=off", "-c", "max_connections=200"];

    /// <summary>PostgreSQL refuses to run as root; Debian has a user for it.</summary>
    private static string[] AsAnybody => Environment.IsPrivilegedProcess ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    /// <summary>Makes one and starts it.</summary>
    public static async Task<PostgresServer> RunAsync()
    {
        var server = new PostgresServer();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(server.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        string[] make = [.. AsAnybody, server._initdb, "-D", server.Data, "-U", User, "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8"];
        using var process = Process.Start(new ProcessStartInfo(make[0], make[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = server.Folder })!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, string.Concat(await said));
        await server.StartAsync();
        return server;
    }

    private static IEnumerable<string> Versions() =>
        Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")) : [];
}

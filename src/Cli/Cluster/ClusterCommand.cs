using System.CommandLine;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Serve;

namespace ClipOrleans.Cli.Cluster;

/// <summary><c>clip cluster</c>: what a cluster needs before its first process starts. The server's program does it.</summary>
internal static class ClusterCommand
{
    public static Command Build(Terminal terminal) => new("cluster", "Prepares the store in which the processes of a cluster find each other.")
    {
        Init(terminal),
    };

    private static Command Init(Terminal terminal)
    {
        var provider = new Option<string?>("--provider") { Description = "redis or postgres; default: Cluster:Provider of the environment" };
        provider.AcceptOnlyFromAmong("redis", "postgres");
        var connection = new Option<string?>("--connection-string") { Description = "The store; default: Cluster:ConnectionString of the environment, where a password is seen by fewer" };
        var command = new Command("init", "Makes in the store what a cluster needs there. What is there already stays.") { provider, connection };
        command.SetAction(async (line, stop) =>
        {
            var silo = SiloExecutable.Find(AppContext.BaseDirectory, terminal.Environment);
            return await ChildProcess.RunAsync(silo.StartInfo(["cluster", "init", .. Given(provider), .. Given(connection)]), stop).ConfigureAwait(false);

            IEnumerable<string> Given(Option<string?> option) => line.GetValue(option) is { } value ? [option.Name, value] : [];
        });
        return command;
    }
}

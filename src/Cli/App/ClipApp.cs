using System.CommandLine;
using ClipOrleans.Cli.Backup;
using ClipOrleans.Cli.Cluster;
using ClipOrleans.Cli.Demo;
using ClipOrleans.Cli.Fsck;
using ClipOrleans.Cli.Import;
using ClipOrleans.Cli.Indexes;
using ClipOrleans.Cli.Keys;
using ClipOrleans.Cli.Models;
using ClipOrleans.Cli.Search;
using ClipOrleans.Cli.Serve;
using ClipOrleans.Cli.Tenants;

namespace ClipOrleans.Cli.App;

/// <summary>The commands of <c>clip</c>, and how each run of them ends.</summary>
internal static class ClipApp
{
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal)
    {
        var line = Build(terminal).Parse(arguments);
        if (line.Errors.Count > 0)
        {
            var help = $"\"{CommandPath(line.CommandResult.Command)} --help\" shows how";
            ErrorLine.Write(terminal, string.Join(" ", line.Errors.Select(error => error.Message)), help);
            return ExitCodes.Usage;
        }
        using var signals = new StopSignals();
        try
        {
            var run = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // Signals are ours: a server may need longer to drain than any fixed time.
                Output = terminal.Raw,
            };
            return await line.InvokeAsync(run, signals.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (ErrorLine.IsExpected(failure))
        {
            return ErrorLine.Write(terminal, failure);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    internal static RootCommand Build(Terminal terminal)
    {
        var connection = new Connection(terminal);
        return new RootCommand("Finds pictures by words, pictures and vectors.")
        {
            connection.Url,
            connection.Key,
            connection.KeyFile,
            ServeCommand.Build(terminal),
            DemoCommand.Build(terminal, connection),
            ModelsCommand.Build(terminal, connection),
            IndexCommand.Build(terminal, connection),
            ImportCommand.Build(terminal, connection),
            SearchCommand.Build(terminal, connection),
            BackupCommand.Build(terminal, connection),
            RestoreCommand.Build(terminal, connection),
            TenantCommand.Build(terminal, connection),
            KeyCommand.Build(terminal, connection),
            FsckCommand.Build(terminal),
            ClusterCommand.Build(terminal),
        };
    }

    private static string CommandPath(Command command)
    {
        var parents = command.Parents.OfType<Command>().FirstOrDefault();
        return parents is null ? "clip" : $"{CommandPath(parents)} {command.Name}";
    }
}

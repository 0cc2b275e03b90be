using System.CommandLine;
using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Serve;

/// <summary><c>clip serve</c>: the server as a child that ends when this command is ended.</summary>
internal static class ServeCommand
{
    public static Command Build(Terminal terminal)
    {
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen on, for example http://127.0.0.1:9000" };
        var command = new Command("serve", "Starts a server. Options it does not know are the server's, for example --Storage:Path=/srv/clip.")
        {
            urls,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (line, stop) =>
        {
            var silo = SiloExecutable.Find(AppContext.BaseDirectory, terminal.Environment);
            var own = line.GetValue(urls) is { } given ? new[] { "--urls", given } : [];
            return await ChildProcess.RunAsync(silo.StartInfo([.. own, .. line.UnmatchedTokens]), stop).ConfigureAwait(false);
        });
        return command;
    }
}

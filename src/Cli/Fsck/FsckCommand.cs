using System.CommandLine;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Serve;

namespace ClipOrleans.Cli.Fsck;

/// <summary><c>clip fsck</c>: the server's program reads its files itself, with no server running.</summary>
internal static class FsckCommand
{
    public static Command Build(Terminal terminal)
    {
        var folder = new Argument<string>("folder") { Description = "The data folder (Storage:Path), the folder of one shard, or that of a backup" };
        var repair = new Option<bool>("--repair") { Description = "Make anew what is derived from a whole log and is at fault" };
        var rebuild = new Option<bool>("--rebuild") { Description = "Make anew all that is derived, at fault or not" };
        var json = new Option<bool>("--json") { Description = "Report as JSON" };
        var command = new Command("fsck", "Checks every file of a data folder that no server uses.") { folder, repair, rebuild, json };
        command.SetAction(async (line, stop) =>
        {
            var named = line.GetRequiredValue(folder);
            if (!Directory.Exists(named))
                throw new CliError($"There is no folder {named}", "Name the one that the server has as Storage:Path; the default is ./data");
            var silo = SiloExecutable.Find(AppContext.BaseDirectory, terminal.Environment);
            string[] options = [.. Given("--repair", repair), .. Given("--rebuild", rebuild), .. Given("--json", json)];
            return await ChildProcess.RunAsync(silo.StartInfo(["fsck", named, .. options]), stop).ConfigureAwait(false);

            IEnumerable<string> Given(string name, Option<bool> option) => line.GetValue(option) ? [name] : [];
        });
        return command;
    }
}

using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Serve;
using ClipOrleans.Client.Models;
using Spectre.Console;

namespace ClipOrleans.Cli.Models;

/// <summary><c>clip models list|add</c>.</summary>
internal static class ModelsCommand
{
    public static Command Build(Terminal terminal, Connection connection) => new("models", "Lists the server's models and adds new ones.")
    {
        List(terminal, connection),
        Add(terminal),
    };

    private static Command List(Terminal terminal, Connection connection)
    {
        var command = new Command("list", "Lists the models that the server has loaded.");
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            Write(terminal.Out, await client.ListModelsAsync(stop).ConfigureAwait(false));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var folder = new Argument<string>("folder") { Description = "A CLIP export in the usual Hugging Face ONNX layout" };
        var models = new Option<string>("--models-path")
        {
            Description = "The folder that the server loads models from (its Models:Path)",
            DefaultValueFactory = _ => DefaultModels(terminal.Environment),
        };
        var command = new Command("add", "Checks a model folder and copies it to where the server finds it.") { folder, models };
        command.SetAction(async (line, stop) =>
        {
            var source = Path.GetFullPath(line.GetRequiredValue(folder));
            if (!Directory.Exists(source))
                throw new CliError($"There is no folder {source}", "Give the folder that holds config.json and the ONNX files");
            var silo = SiloExecutable.Find(AppContext.BaseDirectory, terminal.Environment);
            var report = await ModelCheck.RunAsync(silo, source, stop).ConfigureAwait(false);
            if (!report.Ok || report.Name is not { Length: > 0 } name)
                throw new CliError($"{source} is no model that can be used: {string.Join(" ", report.Problems)}");
            var added = await ModelFolder.AddAsync(source, line.GetRequiredValue(models), name, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated($"Added model [green]{name}[/] (revision {report.Revision}, {report.Dimensions} dimensions) as {added}.");
            terminal.Out.MarkupLineInterpolated($"Next: [green]clip index create photos --model {name}[/]");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Where a server started here, with this environment, would look.</summary>
    private static string DefaultModels(Func<string, string?> environment) =>
        environment("ClipOrleans__Models__Path") is { Length: > 0 } models ? models
        : Path.Combine(environment("ClipOrleans__Storage__Path") is { Length: > 0 } data ? data : "data", "models");

    private static void Write(IAnsiConsole console, IReadOnlyList<ModelDescription> models)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("name", "revision");
        table.AddColumn(new TableColumn("dimensions").RightAligned());
        table.AddColumns("default", "licence", "state");
        foreach (var model in models)
        {
            table.AddRow(
                Markup.Escape(model.Name), Markup.Escape(model.Revision), model.Dimensions.ToString(CultureInfo.InvariantCulture),
                model.IsDefault ? "yes" : "", Markup.Escape(model.Licence ?? ""), Markup.Escape(model.Problem ?? "ready"));
        }
        console.Write(table);
    }
}

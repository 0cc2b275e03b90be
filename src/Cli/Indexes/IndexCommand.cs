using System.CommandLine;
using ClipOrleans.Cli.App;
using ClipOrleans.Client.Indexes;
using Spectre.Console;

namespace ClipOrleans.Cli.Indexes;

/// <summary><c>clip index create|list|show|delete</c>.</summary>
internal static class IndexCommand
{
    public static Command Build(Terminal terminal, Connection connection) => new("index", "Creates, lists, shows and deletes indexes.")
    {
        Create(terminal, connection),
        List(terminal, connection),
        Show(terminal, connection),
        Delete(terminal, connection),
    };

    private static Argument<string> Name() => new("name") { Description = "The index: lower-case letters, digits, - and _" };

    private static Command Create(Terminal terminal, Connection connection)
    {
        var name = Name();
        var model = new Option<string?>("--model") { Description = "A loaded model, or none for vectors of your own (default: the server's)" };
        var dimensions = new Option<int?>("--dimensions") { Description = "Length of the vectors; only with --model none" };
        var fields = FieldOption.Build();
        var shards = new Option<int?>("--shards") { Description = "Over how many shards the documents spread; fixed from then on" };
        var recall = new Option<double?>("--target-recall") { Description = "Least recall@10 of approximate search, 0 to 1" };
        var quantization = new Option<string?>("--quantization") { Description = "How vectors are coded for approximate search" };
        quantization.AcceptOnlyFromAmong("auto", "none", "int8", "binary");
        var keep = new Option<string?>("--keep-images") { Description = "What to keep of each image beside its embedding" };
        keep.AcceptOnlyFromAmong("none", "thumbnail", "original");
        var command = new Command("create", "Creates an index.") { name, model, dimensions, fields, shards, recall, quantization, keep };
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            var created = await client.CreateIndexAsync(
                new IndexDefinition
                {
                    Name = line.GetRequiredValue(name),
                    Model = line.GetValue(model),
                    Dimensions = line.GetValue(dimensions),
                    Fields = line.GetValue(fields) is { Length: > 0 } given ? [.. given.Select(FieldOption.Parse)] : null,
                    Shards = line.GetValue(shards),
                    TargetRecall = line.GetValue(recall),
                    Quantization = line.GetValue(quantization) is { } coded ? Enum.Parse<Quantization>(coded, ignoreCase: true) : null,
                    KeepImages = line.GetValue(keep) is { } kept ? Enum.Parse<KeepImages>(kept, ignoreCase: true) : null,
                },
                stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated($"Created index [green]{created.Name}[/]: model {created.Model}, {created.Dimensions} dimensions.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List(Terminal terminal, Connection connection)
    {
        var command = new Command("list", "Lists the indexes.");
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            var indexes = await client.ListIndexesAsync(stop).ConfigureAwait(false);
            if (indexes.Count == 0)
                terminal.Out.MarkupLine("There is no index yet. \"clip demo\" makes one to try, \"clip index create\" an empty one.");
            else
                IndexTable.WriteList(terminal.Out, indexes);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(Terminal terminal, Connection connection)
    {
        var name = Name();
        var command = new Command("show", "Shows one index with its fields and shards.") { name };
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            IndexTable.WriteOne(terminal.Out, await client.GetIndexAsync(line.GetRequiredValue(name), stop).ConfigureAwait(false));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Delete(Terminal terminal, Connection connection)
    {
        var name = Name();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var command = new Command("delete", "Deletes an index with everything in it.") { name, yes };
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            var index = await client.GetIndexAsync(line.GetRequiredValue(name), stop).ConfigureAwait(false);
            if (!line.GetValue(yes) && !await ConfirmAsync(terminal, index, stop).ConfigureAwait(false))
                return ExitCodes.Failed;
            await client.DeleteIndexAsync(index.Name, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated($"Deleted index [green]{index.Name}[/] with {IndexTable.Documents(index)} documents.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<bool> ConfirmAsync(Terminal terminal, IndexDescription index, CancellationToken stop)
    {
        if (!terminal.IsInteractive)
            throw CliError.Usage($"Deleting {index.Name} needs a yes, and nobody can be asked here", "Add --yes");
        var question = $"Delete index {Markup.Escape(index.Name)} with {IndexTable.Documents(index)} documents?";
        return await terminal.Out.ConfirmAsync(question, defaultValue: false, stop).ConfigureAwait(false);
    }
}

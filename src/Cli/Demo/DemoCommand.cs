using System.CommandLine;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Import;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Cli.Search;
using ClipOrleans.Client;
using ClipOrleans.Client.Indexes;
using Spectre.Console;

namespace ClipOrleans.Cli.Demo;

/// <summary><c>clip demo</c>: loads the sample pictures and finds some of them. Run again, it replaces each by itself.</summary>
internal static class DemoCommand
{
    private const string IndexName = "emoji";
    private static readonly string[] Columns = ["name", "group", "subgroup"];
    private static readonly TimeSpan RetryFor = TimeSpan.FromSeconds(60);

    private static readonly FieldDefinition[] Fields =
    [
        new("name", FieldType.Keyword),
        new("group", FieldType.Keyword),
        new("subgroup", FieldType.Keyword),
        new("keywords", FieldType.Keywords),
    ];

    public static Command Build(Terminal terminal, Connection connection)
    {
        var keep = new Option<bool>("--keep") { Description = "Keep what an earlier demo has loaded, and only search" };
        var command = new Command("demo", "Loads about 1,000 sample pictures into the index \"emoji\" and shows five searches.") { keep };
        command.SetAction(async (line, stop) =>
        {
            var catalogue = SampleCatalogue.Find(AppContext.BaseDirectory);
            using var client = connection.Open(line, RetryFor);
            if (!await client.IsLiveAsync(stop).ConfigureAwait(false))
                throw NoServer(client);
            var index = await ImportTarget.OpenAsync(client, IndexName, new IndexDefinition { Name = IndexName, Fields = Fields }, stop).ConfigureAwait(false);
            if (Fields.Except(index.Fields).FirstOrDefault() is { } missing)
                throw new CliError($"The index {IndexName} is there, but not the demo's: it has no field {missing.Name}", $"\"clip index delete {IndexName}\" makes room for it");
            if (!line.GetValue(keep) || (index.IsReady && index.Documents == 0))
                await LoadAsync(terminal, client, index, catalogue, stop).ConfigureAwait(false);
            foreach (var search in DemoSearch.All(catalogue))
                await ShowAsync(terminal, client, search, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated($"Try your own: [green]{OwnName.Of(terminal.Environment)} search {IndexName} \"yellow animal\"[/]");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task LoadAsync(Terminal terminal, ClipOrleansClient client, IndexDescription index, string catalogue, CancellationToken stop)
    {
        var source = RowSource.Open(catalogue, null, false);
        var plan = MappingPlan.Settle(new MappingOptions(), null, source);
        var run = new ImportRun(terminal, new ImportSettings { RetryFor = RetryFor })
        {
            FailedPath = Path.Combine(Path.GetTempPath(), "clip-demo.failed.ndjson"),
        };
        var totals = await run.RunAsync(client, index, source, plan, stop).ConfigureAwait(false);
        if (totals.Failed > 0)
            throw new CliError($"{totals.Failed} of the sample pictures were refused", $"{run.FailedPath} tells why");
    }

    private static async Task ShowAsync(Terminal terminal, ClipOrleansClient client, DemoSearch search, CancellationToken stop)
    {
        var found = await client.Index(IndexName).SearchAsync(search.Request, stop).ConfigureAwait(false);
        terminal.Out.WriteLine();
        terminal.Out.MarkupLineInterpolated($"[green]clip search {IndexName} {search.Command}[/]");
        terminal.Out.Write(SearchTable.Build(found.Hits, columns: Columns));
        terminal.Out.MarkupLine($"[grey]{SearchTable.Summary(found)}[/]");
    }

    private static CliError NoServer(ClipOrleansClient client) => new(
        $"No server answers at {client.Options.BaseAddress}",
        "Start one in another terminal with \"dotnet run --project src/Silo -c Release\" or \"clip serve\", or name one with --url");
}

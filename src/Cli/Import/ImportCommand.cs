using System.CommandLine;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Import;

/// <summary><c>clip import</c>: the options, and from them a run.</summary>
internal sealed class ImportCommand
{
    private readonly Argument<string> _index = new("index") { Description = "The index to import into" };
    private readonly Argument<string> _source = new("source") { Description = "A .csv, .tsv or .ndjson file, or a folder of images" };
    private readonly Option<string?> _id = new("--id-column") { Description = "Holds the id (default: id; without one the row number)" };
    private readonly Option<string?> _image = new("--image-column") { Description = "Holds the image's file name, or its address (default: image)" };
    private readonly Option<string?> _imageUrl = new("--image-url-column") { Description = "Holds an address that the server fetches (default: imageUrl)" };
    private readonly Option<string?> _text = new("--text-column") { Description = "Holds a text to embed in place of an image" };
    private readonly Option<string?> _vector = new("--vector-column") { Description = "Holds an embedding of your own" };
    private readonly Option<string?> _folder = new("--image-folder") { Description = "Where image files are (default: beside the source)" };
    private readonly Option<string[]> _map = new("--map") { Description = "Which column becomes which metadata field, again for each one (default: all, by their names)", HelpName = "column=field[:type]" };
    private readonly Option<string> _separator = new("--list-separator") { Description = "Between the values of a keyword[] cell", DefaultValueFactory = _ => "|" };
    private readonly Option<char?> _delimiter = new("--delimiter") { Description = "Between the cells of a row (default: found from the first lines)" };
    private readonly Option<bool> _recursive = new("--recursive") { Description = "Folders of a folder too; the id is then the path" };
    private readonly Option<bool> _create = new("--create") { Description = "Create the index if it is not there, with a field for each typed --map" };
    private readonly Option<string?> _model = new("--model") { Description = "With --create: the model" };
    private readonly Option<int?> _dimensions = new("--dimensions") { Description = "With --create and --model none: length of the vectors" };
    private readonly Option<int> _batch = new("--batch") { Description = "Most documents in a request", DefaultValueFactory = _ => new ImportSettings().Batch };
    private readonly Option<int> _parallel = new("--parallel") { Description = "Most requests at a time", DefaultValueFactory = _ => new ImportSettings().Parallel };
    private readonly Option<TimeSpan> _retryFor = new("--retry-for") { Description = "How long to try a busy or missing server, such as 30s or 5m", HelpName = "time" };
    private readonly Option<string?> _state = new("--state") { Description = "Remembers how far it came (default: <source>.clip-import.json)", HelpName = "file" };
    private readonly Option<string?> _failed = new("--failed") { Description = "Gets the rows that failed (default: <source>.failed.ndjson)", HelpName = "file" };
    private readonly Terminal _terminal;
    private readonly Connection _connection;

    private ImportCommand(Terminal terminal, Connection connection)
    {
        (_terminal, _connection) = (terminal, connection);
        _retryFor.DefaultValueFactory = _ => new ImportSettings().RetryFor;
        _retryFor.CustomParser = result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out var time))
                return time;
            result.AddError("--retry-for takes a time such as 30s, 5m or 1h.");
            return default;
        };
        RequireRange(_batch, 1, 1000);
        RequireRange(_parallel, 1, 64);
    }

    public static Command Build(Terminal terminal, Connection connection)
    {
        var import = new ImportCommand(terminal, connection);
        var command = new Command("import", "Imports documents from a table, NDJSON or a folder of images. Run again, it continues where it was stopped.")
        {
            import._index, import._source, import._id, import._image, import._imageUrl, import._text, import._vector, import._folder,
            import._map, import._separator, import._delimiter, import._recursive, import._create, import._model, import._dimensions,
            import._batch, import._parallel, import._retryFor, import._state, import._failed,
        };
        command.SetAction(import.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken stop)
    {
        var path = line.GetRequiredValue(_source).TrimEnd('/', '\\');
        var source = RowSource.Open(path, line.GetValue(_delimiter), line.GetValue(_recursive));
        var plan = MappingPlan.Settle(Mapping(line), await source.ReadHeaderAsync(stop).ConfigureAwait(false), source);
        var settings = new ImportSettings { Batch = line.GetValue(_batch), Parallel = line.GetValue(_parallel), RetryFor = line.GetValue(_retryFor) };
        using var client = _connection.Open(line, settings.RetryFor);
        var index = await ImportTarget.OpenAsync(client, line.GetRequiredValue(_index), Definition(line, plan), stop).ConfigureAwait(false);
        var run = new ImportRun(_terminal, settings)
        {
            StatePath = line.GetValue(_state) ?? $"{path}.clip-import.json",
            FailedPath = line.GetValue(_failed) ?? $"{path}.failed.ndjson",
        };
        var totals = await run.RunAsync(client, index, source, plan, stop).ConfigureAwait(false);
        return totals.Failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private MappingOptions Mapping(ParseResult line) => new()
    {
        IdColumn = line.GetValue(_id),
        ImageColumn = line.GetValue(_image),
        ImageUrlColumn = line.GetValue(_imageUrl),
        TextColumn = line.GetValue(_text),
        VectorColumn = line.GetValue(_vector),
        ImageFolder = line.GetValue(_folder),
        ListSeparator = line.GetValue(_separator) is { Length: > 0 } given ? given : throw CliError.Usage("--list-separator is empty"),
        Maps = [.. (line.GetValue(_map) ?? []).Select(ColumnMapping.Parse)],
    };

    private IndexDefinition? Definition(ParseResult line, MappingPlan plan)
    {
        if (line.GetValue(_create))
        {
            return new IndexDefinition
            {
                Name = line.GetRequiredValue(_index),
                Model = line.GetValue(_model),
                Dimensions = line.GetValue(_dimensions),
                Fields = ImportTarget.FieldsOf(plan.Maps),
            };
        }
        return line.GetValue(_model) is null && line.GetValue(_dimensions) is null
            ? null
            : throw CliError.Usage("--model and --dimensions belong to --create", "Leave them out, or add --create");
    }

    private static void RequireRange(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            result.AddError($"{option.Name} is {least} to {most}.");
    });
}

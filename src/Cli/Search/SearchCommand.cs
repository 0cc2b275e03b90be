using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Client.Search;
using Spectre.Console;

namespace ClipOrleans.Cli.Search;

/// <summary><c>clip search</c>: one search, as a table or as the server's JSON.</summary>
internal sealed class SearchCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Argument<string> _index = new("index") { Description = "The index to search" };
    private readonly Argument<string?> _text = new("text") { Description = "Words to search with", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _image = new("--image") { Description = "An image file, or an address that the server fetches", HelpName = "file|url" };
    private readonly Option<string?> _id = new("--id") { Description = "A stored document: finds more like it" };
    private readonly Option<string?> _vector = new("--vector") { Description = "A file with an embedding as a JSON array", HelpName = "file" };
    private readonly Option<string?> _filter = new("--filter") { Description = "Conditions on declared fields, as JSON: '{\"colour\":\"Red\"}'", HelpName = "json" };
    private readonly Option<int> _top = new("--top") { Description = "How many hits", DefaultValueFactory = _ => 10 };
    private readonly Option<int> _offset = new("--offset") { Description = "How many hits to leave out first" };
    private readonly Option<double?> _minScore = new("--min-score") { Description = "The least score of a hit" };
    private readonly Option<bool> _exact = new("--exact") { Description = "The true nearest ones; reads every vector" };
    private readonly Option<string[]> _columns = new("--column") { Description = "A metadata member to show, again for each one", HelpName = "name" };
    private readonly Option<string[]> _facets = new("--facet") { Description = "A declared field whose values are counted, again for each one", HelpName = "field" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the server's answer" };
    private readonly Option<bool> _explain = new("--explain") { Description = "Show how the search was planned" };
    private readonly Terminal _terminal;
    private readonly Connection _connection;

    private SearchCommand(Terminal terminal, Connection connection) => (_terminal, _connection) = (terminal, connection);

    public static Command Build(Terminal terminal, Connection connection)
    {
        var search = new SearchCommand(terminal, connection);
        var command = new Command("search", "Searches an index by words, an image, a document or a vector, under a filter.")
        {
            search._index, search._text, search._image, search._id, search._vector, search._filter, search._top, search._offset,
            search._minScore, search._exact, search._columns, search._facets, search._json, search._explain,
        };
        command.SetAction(search.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken stop)
    {
        var request = await RequestAsync(line, stop).ConfigureAwait(false);
        using var client = _connection.Open(line);
        using var answer = await client.Index(line.GetRequiredValue(_index)).SearchJsonAsync(request, stop).ConfigureAwait(false);
        if (line.GetValue(_json))
        {
            await _terminal.Raw.WriteLineAsync(answer.RootElement.GetRawText()).ConfigureAwait(false);
            return ExitCodes.Ok;
        }
        var found = SearchResponse.Parse(answer);
        var columns = line.GetValue(_columns) is { Length: > 0 } given ? given : null;
        if (found.Hits.Count > 0)
            _terminal.Out.Write(SearchTable.Build(found.Hits, line.GetValue(_offset), columns));
        else
            _terminal.Out.MarkupLine("Nothing found.");
        _terminal.Out.MarkupLine($"[grey]{SearchTable.Summary(found)}[/]");
        foreach (var (field, facet) in found.Facets ?? new Dictionary<string, IReadOnlyList<FacetValue>>())
            _terminal.Out.MarkupLineInterpolated($"{field}: {SearchTable.Describe(facet)}");
        if (found.Explain is { } plan)
            _terminal.Out.WriteLine(JsonSerializer.Serialize(plan, Indented));
        return ExitCodes.Ok;
    }

    private async Task<SearchRequest> RequestAsync(ParseResult line, CancellationToken stop)
    {
        var (text, image, id, vector) = (line.GetValue(_text), line.GetValue(_image), line.GetValue(_id), line.GetValue(_vector));
        var filter = ParseFilter(line.GetValue(_filter));
        var parts = new[] { text, image, id, vector }.Count(part => part is not null);
        if (parts > 1)
            throw CliError.Usage("More than one query", "Give one of: words, --image, --id, --vector");
        if (parts == 0 && filter is null)
            throw CliError.Usage("Nothing to search with", "Give words, --image, --id, --vector or at least a --filter");
        var picture = image is null ? null : await ImageArgument.ReadAsync(image, stop).ConfigureAwait(false);
        return new SearchRequest
        {
            Text = text,
            Image = picture?.Bytes,
            ImageUrl = picture?.Url,
            Id = id,
            Vector = vector is null ? null : await VectorFile.ReadAsync(vector, stop).ConfigureAwait(false),
            Filter = filter,
            TopK = line.GetValue(_top),
            Offset = line.GetValue(_offset) is > 0 and var offset ? offset : null,
            MinScore = line.GetValue(_minScore),
            Exact = line.GetValue(_exact) ? true : null,
            Facets = line.GetValue(_facets) is { Length: > 0 } facets ? facets : null,
            Explain = line.GetValue(_explain) ? true : null,
        };
    }

    private static JsonObject? ParseFilter(string? text)
    {
        if (text is null)
            return null;
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw CliError.Usage("--filter is not a JSON object", "For example --filter '{\"colour\":\"Red\"}'");
        }
        catch (JsonException e)
        {
            throw CliError.Usage($"--filter is not JSON ({e.Message})", "For example --filter '{\"colour\":\"Red\"}'");
        }
    }
}

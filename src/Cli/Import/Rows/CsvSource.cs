using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using CsvHelper;

namespace ClipOrleans.Cli.Import.Rows;

/// <summary>
/// A CSV file with a header line (RFC 4180: quoted cells may hold separators, quotes and line breaks). The separator is
/// found from the first lines unless it is given.
/// </summary>
internal sealed class CsvSource(string path, char? separator) : IRowSource
{
    public bool IsUntyped => true;

    public string ImageFolder => Path.GetDirectoryName(Path.GetFullPath(path))!;

    public async Task<IReadOnlyList<string>?> ReadHeaderAsync(CancellationToken stop)
    {
        await using var reader = Open();
        await reader.ReadHeaderAsync(stop).ConfigureAwait(false);
        string[] names = [.. reader.Headers];
        if (names.Length == 0)
            throw new CliError($"{path} is empty", "The first line has to name the columns");
        var twice = names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? names : throw new CliError($"{path} has two columns named \"{twice.Key}\"", "Each column needs a name of its own");
    }

    public async Task<SourceSurvey> SurveyAsync(CancellationToken stop)
    {
        await using var reader = Open();
        var rows = 0L;
        while (await NextAsync(reader, stop).ConfigureAwait(false))
            rows++;
        return new SourceSurvey(rows, await FileFingerprint.OfAsync(path, stop).ConfigureAwait(false));
    }

    public async IAsyncEnumerable<SourceRow> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var reader = Open();
        await reader.ReadHeaderAsync(stop).ConfigureAwait(false);
        string[] header = [.. reader.Headers];
        for (var number = 1L; await NextAsync(reader, stop).ConfigureAwait(false); number++)
            yield return Row(number, header, reader);
    }

    private static SourceRow Row(long number, string[] header, CsvReader reader)
    {
        var columns = new JsonObject();
        if (reader.FieldCount != header.Length)
            return new SourceRow(number, columns, $"The row has {reader.FieldCount} cells where the header names {header.Length}.");
        for (var i = 0; i < header.Length; i++)
            columns[header[i]] = JsonValue.Create(reader.GetString(i));
        return new SourceRow(number, columns);
    }

    private async ValueTask<bool> NextAsync(CsvReader reader, CancellationToken stop)
    {
        try
        {
            stop.ThrowIfCancellationRequested();
            return await reader.ReadAsync(stop).ConfigureAwait(false);
        }
        catch (CsvFormatException e)
        {
            throw new CliError($"{path} cannot be read as CSV: {e.Message}", "Is a quote left open?");
        }
    }

    // A stray quote is kept as it stands: a row that it breaks has the wrong number of cells, and is refused for that.
    private CsvReader Open() => CsvReader.FromFile(
        path, new CsvReaderOptions { Separator = separator, MaxRecordSize = LineReader.LongestLine }, FileOptions.Asynchronous | FileOptions.SequentialScan);
}

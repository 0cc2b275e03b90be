using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipOrleans.Cli.Import.Rows;

/// <summary>A file with one JSON object a line; empty lines are passed over.</summary>
internal sealed class NdjsonSource(string path) : IRowSource
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public bool IsUntyped => false;

    public string ImageFolder => Path.GetDirectoryName(Path.GetFullPath(path))!;

    public Task<IReadOnlyList<string>?> ReadHeaderAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<string>?>(null);

    public async Task<SourceSurvey> SurveyAsync(CancellationToken stop)
    {
        var rows = 0L;
        await foreach (var line in LineReader.ReadAsync(path, stop).ConfigureAwait(false))
            rows += IsBlank(line.Span) ? 0 : 1;
        return new SourceSurvey(rows, await FileFingerprint.OfAsync(path, stop).ConfigureAwait(false));
    }

    public async IAsyncEnumerable<SourceRow> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var number = 0L;
        await foreach (var line in LineReader.ReadAsync(path, stop).ConfigureAwait(false))
        {
            if (!IsBlank(line.Span))
                yield return Row(++number, line.Span);
        }
    }

    private static SourceRow Row(long number, ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonNode.Parse(line, null, Strict) is JsonObject columns
                ? new SourceRow(number, columns)
                : new SourceRow(number, [], "The line is not a JSON object.");
        }
        catch (JsonException e)
        {
            return new SourceRow(number, [], $"The line is not JSON: {e.Message}");
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t\r"u8).IsEmpty;
}

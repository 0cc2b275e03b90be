using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Cli.Import;

/// <summary>The file of rows that were refused, with the reason of each. It is made when the first one comes.</summary>
internal sealed class FailedRows(string path) : IDisposable
{
    /// <summary>The file is for people first: quotes and umlauts stay as they are.</summary>
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private StreamWriter? _writer;

    public string Path => path;

    public long Count { get; private set; }

    /// <summary>Removes what an earlier run has left, so that the file tells about this one.</summary>
    public void Begin() => File.Delete(path);

    public void Add(MappedRow row, Problem problem)
    {
        _writer ??= new StreamWriter(path) { AutoFlush = true };
        var line = new JsonObject
        {
            ["row"] = row.Number,
            ["id"] = row.Id,
            ["problem"] = JsonSerializer.SerializeToNode(problem, ImportJson.Default.Problem),
        };
        _writer.WriteLine(line.ToJsonString(Readable));
        Count++;
    }

    public void Dispose() => _writer?.Dispose();
}

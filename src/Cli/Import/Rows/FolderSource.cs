using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipOrleans.Cli.Import.Rows;

/// <summary>
/// A folder of images: a file's name is its id, and a JSON object beside it (<c>shoe.json</c> or <c>shoe.jpg.json</c>) its
/// metadata.
/// </summary>
internal sealed class FolderSource(string folder, bool recursive) : IRowSource
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"];
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private List<string>? _files;

    public bool IsUntyped => false;

    public string ImageFolder => Path.GetFullPath(folder);

    public Task<IReadOnlyList<string>?> ReadHeaderAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<string>?>(null);

    public Task<SourceSurvey> SurveyAsync(CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Files())
        {
            stop.ThrowIfCancellationRequested();
            var file = new FileInfo(Path.Combine(folder, name));
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\0"));
        }
        return Task.FromResult(new SourceSurvey(Files().Count, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    public async IAsyncEnumerable<SourceRow> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var (number, before) = (0L, "");
        foreach (var name in Files())
        {
            var id = IdOf(name);
            yield return id == before
                ? new SourceRow(++number, [], $"{name}: a file before it has the same name but for the ending, and so the same id.")
                : await RowAsync(++number, id, name, stop).ConfigureAwait(false);
            before = id;
        }
    }

    private async Task<SourceRow> RowAsync(long number, string id, string name, CancellationToken stop)
    {
        var columns = new JsonObject { ["id"] = id, ["image"] = name };
        var sidecar = new[] { $"{id}.json", $"{name}.json" }.Select(each => Path.Combine(folder, each)).FirstOrDefault(File.Exists);
        if (sidecar is null)
            return new SourceRow(number, columns);
        try
        {
            if (JsonNode.Parse(await File.ReadAllBytesAsync(sidecar, stop).ConfigureAwait(false), null, Strict) is not JsonObject metadata)
                return new SourceRow(number, [], $"{sidecar} is not a JSON object.");
            columns["metadata"] = metadata;
            return new SourceRow(number, columns);
        }
        catch (JsonException e)
        {
            return new SourceRow(number, [], $"{sidecar} is not JSON: {e.Message}");
        }
    }

    /// <summary>Relative names in ordinal order of their ids, so that equal ids stand side by side.</summary>
    private List<string> Files()
    {
        var depth = recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        return _files ??= [.. Directory.EnumerateFiles(folder, "*", depth)
            .Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .OrderBy(IdOf, StringComparer.Ordinal).ThenBy(name => name, StringComparer.Ordinal)];
    }

    private static string IdOf(string name) => name[..^Path.GetExtension(name).Length];
}

using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Import.Rows;

/// <summary>Chooses the reader by what the path is.</summary>
internal static class RowSource
{
    public static IRowSource Open(string path, char? separator, bool recursive)
    {
        if (Directory.Exists(path))
            return new FolderSource(path, recursive);
        if (!File.Exists(path))
            throw new CliError($"There is nothing at {path}", "Give a CSV or NDJSON file, or a folder of images");
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" or ".txt" => new CsvSource(path, separator),
            ".tsv" or ".tab" => new CsvSource(path, separator ?? '\t'),
            ".ndjson" or ".jsonl" => new NdjsonSource(path),
            var other => throw CliError.Usage($"\"{other}\" is no format that can be imported", "Formats are .csv, .tsv, .ndjson, .jsonl and folders of images"),
        };
    }
}

using System.Text.Json;

namespace ClipOrleans.Cli.Import.Resume;

/// <summary>
/// The state file of an import. It only ever names rows that the server has acknowledged, and replaces itself whole, so that
/// it is true whenever the process ends; rows acknowledged after the last save are sent once more, which changes nothing.
/// </summary>
internal sealed class ResumeFile(string path, string target, string source, long rows)
{
    public string Path => path;

    /// <summary>Which rows need not be sent.</summary>
    /// <param name="reason">Why an existing file does not count, or null.</param>
    public RowSet Load(out string? reason)
    {
        reason = null;
        if (!File.Exists(path))
            return new RowSet();
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(path), ResumeJson.Default.ResumeState);
            reason = WhyNot(state);
            return reason is null ? new RowSet(state!.Acknowledged.Select(pair => new RowRange(pair[0], pair[1]))) : new RowSet();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or IndexOutOfRangeException)
        {
            reason = $"it cannot be read ({e.Message})";
            return new RowSet();
        }
    }

    public void Save(RowSet done)
    {
        var state = new ResumeState(ResumeState.CurrentFormat, target, source, rows, [.. done.Ranges.Select(range => new[] { range.From, range.To })]);
        var draft = $"{path}.tmp";
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, state, ResumeJson.Default.ResumeState);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }

    public void Delete() => File.Delete(path);

    private string? WhyNot(ResumeState? state) => state switch
    {
        null or { Acknowledged: null } => "it is empty",
        { Format: not ResumeState.CurrentFormat } => $"its format is {state.Format} and not {ResumeState.CurrentFormat}",
        _ when state.Target != target => "it is about another index, or the index was created anew since",
        _ when state.Source != source => "the source or the mapping has changed since",
        _ => null,
    };
}

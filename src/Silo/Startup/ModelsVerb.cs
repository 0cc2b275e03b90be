using System.Globalization;
using System.Text.Json;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Silo.Startup;

/// <summary><c>models check &lt;folder&gt; [--json]</c>: whether a folder holds a model that this program can use. Nothing is hosted.</summary>
internal static class ModelsVerb
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <returns>The folder and whether JSON is wanted, or null when the process was called for something else.</returns>
    public static (string Folder, bool Json)? Parse(string[] args) => args switch
    {
        ["models", "check", var folder] => (folder, false),
        ["models", "check", var folder, "--json"] => (folder, true),
        ["models", "check", "--json", var folder] => (folder, true),
        _ => null,
    };

    /// <returns>0 when the model can be used, 1 when not.</returns>
    public static async Task<int> RunAsync(string folder, bool json, TextWriter output)
    {
        var answer = await CheckAsync(folder);
        await output.WriteLineAsync(json ? JsonSerializer.Serialize(answer, s_json) : Words(folder, answer));
        return answer.Ok ? 0 : 1;
    }

    private static async Task<Answer> CheckAsync(string folder)
    {
        try
        {
            var report = await ModelCheck.RunAsync(folder);
            var manifest = report.Manifest;
            return new Answer(
                Ok: true, manifest.Name, manifest.Revision, manifest.Dimensions, Problems: [], report.Inferred, manifest.Licence, manifest.Source,
                report.LoadTime.TotalMilliseconds, report.TextTime.TotalMilliseconds, report.ImageTime.TotalMilliseconds,
                report.ColourMatches, report.ColourProbes);
        }
        catch (ModelException fault)
        {
            return new Answer(Ok: false, Name: null, Revision: null, Dimensions: 0, [fault.Message]);
        }
    }

    private static string Words(string folder, Answer answer) => answer.Ok
        ? string.Create(CultureInfo.InvariantCulture, $"""
            {answer.Name} can be used: revision {answer.Revision}, {answer.Dimensions} dimensions{(answer.ManifestInferred ? ", manifest inferred from the export" : "")}
              loaded in {answer.LoadMilliseconds:F0} ms; one text {answer.TextMilliseconds:F1} ms, one image {answer.ImageMilliseconds:F1} ms
              {answer.ColourMatches} of {answer.ColourProbes} plain colours found by their names
            """)
        : $"{folder} is no model that can be used: {string.Join(" ", answer.Problems)}";

    private sealed record Answer(
        bool Ok,
        string? Name,
        string? Revision,
        int Dimensions,
        IReadOnlyList<string> Problems,
        bool ManifestInferred = false,
        string? Licence = null,
        string? Source = null,
        double LoadMilliseconds = 0,
        double TextMilliseconds = 0,
        double ImageMilliseconds = 0,
        int ColourMatches = 0,
        int ColourProbes = 0);
}

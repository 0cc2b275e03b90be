using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipOrleans.Storage.Checking;

namespace ClipOrleans.Silo.Fsck;

/// <summary>Tells what a check finds: line by line as it goes, or as one JSON document at its end.</summary>
internal sealed class FsckReport(string root, FsckArguments arguments, TextWriter output)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly List<CheckReport> _parts = [];

    /// <summary>Something is wrong, and still is.</summary>
    public bool IsBad => _parts.Any(static part => part.IsBad);

    public void Add(CheckReport part)
    {
        _parts.Add(part);
        if (!arguments.Json)
            WriteWords(part);
    }

    public void End()
    {
        if (arguments.Json)
            output.WriteLine(JsonSerializer.Serialize(new Answer(!IsBad, root, Documents, Bytes, _parts), s_json));
        else
            output.WriteLine(Summary());
    }

    private bool IsAnyDamaged => _parts.Any(static part => part.Findings.Any(static finding => finding.Severity == CheckSeverity.Damage));

    private long Documents => _parts.Where(static part => part.Kind == CheckReport.Shard).Sum(static part => part.Documents);

    private long Bytes => _parts.Sum(static part => part.Bytes);

    private void WriteWords(CheckReport part)
    {
        var amount = part.Kind is CheckReport.Shard or CheckReport.Backup
            ? string.Create(CultureInfo.InvariantCulture, $", {part.Documents:N0} documents, {part.Bytes / 1048576.0:N1} MiB")
            : "";
        var state = part.IsBad ? "BAD" : part.Findings.Any(static finding => finding.IsRepaired) ? "repaired" : "whole";
        output.WriteLine($"{part.Kind} {Relative(part.Name)}: {state}{amount}");
        foreach (var finding in part.Findings)
            output.WriteLine($"  {(finding.IsRepaired ? "repaired" : Word(finding.Severity)),-10} {Relative(finding.File)}: {finding.Reason}");
    }

    private string Summary()
    {
        var (bad, repairable) = (_parts.Count(static part => part.IsBad), _parts.Count(static part => part.IsRepairable));
        var all = string.Create(CultureInfo.InvariantCulture, $"{_parts.Count} parts, {Documents:N0} documents, {Bytes / 1048576.0:N1} MiB read");
        return bad == 0 ? $"{all}: everything is as it was written."
            : $"{all}: {bad} BAD."
                + (repairable > 0 && !arguments.Repair ? " Nothing was changed; --repair makes anew what is derived." : "")
                + (IsAnyDamaged ? " What is damaged comes back from a backup only (\"clip restore\")." : "");
    }

    private static string Word(CheckSeverity severity) => severity switch
    {
        CheckSeverity.Damage => "damaged",
        CheckSeverity.Repairable => "repairable",
        _ => "note",
    };

    private string Relative(string path) => path.StartsWith(root, StringComparison.Ordinal) ? Path.GetRelativePath(root, path) : path;

    private sealed record Answer(bool Ok, string Folder, long Documents, long Bytes, IReadOnlyList<CheckReport> Parts);
}

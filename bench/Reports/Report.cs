using System.Globalization;
using System.Text;

namespace ClipOrleans.Bench.Reports;

/// <summary>A Markdown page under bench/results that names the machine, the commit and the command; printed too.</summary>
internal sealed class Report(string name, string title)
{
    private readonly StringBuilder _text = new();

    public void Line(string line = "")
    {
        Console.WriteLine(line);
        _text.Append(line).Append('\n');
    }

    public void Table(string[] heads, IEnumerable<string[]> rows)
    {
        Line($"| {string.Join(" | ", heads)} |");
        Line($"|{string.Concat(heads.Select(_ => "---|"))}");
        foreach (var row in rows)
        {
            Line($"| {string.Join(" | ", row)} |");
        }

        Line();
    }

    public void Write()
    {
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"# {title}\n\n")
            .Append(CultureInfo.InvariantCulture, $"- machine: {Machine.Describe()}\n")
            .Append(CultureInfo.InvariantCulture, $"- commit: {Machine.Commit()}\n")
            .Append(CultureInfo.InvariantCulture, $"- command: `dotnet run --project bench -c Release -- {string.Join(' ', Environment.GetCommandLineArgs()[1..])}`\n\n");
        var path = Path.Combine(Machine.Repository, "bench", "results", $"{name}.md");
        File.WriteAllText(path, $"{head}{_text.ToString().TrimEnd()}\n");
        Console.WriteLine($"written to bench/results/{name}.md");
    }
}

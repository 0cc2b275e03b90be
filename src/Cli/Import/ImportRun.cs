using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Import.Progress;
using ClipOrleans.Cli.Import.Resume;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Client;
using ClipOrleans.Client.Indexes;
using Spectre.Console;

namespace ClipOrleans.Cli.Import;

/// <summary>One import from the first look at the source to the summary.</summary>
internal sealed class ImportRun(Terminal terminal, ImportSettings settings)
{
    /// <summary>Remembers how far it came; null when a run always begins with the first row.</summary>
    public string? StatePath { get; init; }

    public required string FailedPath { get; init; }

    public async Task<ImportTotals> RunAsync(
        ClipOrleansClient client, IndexDescription index, IRowSource source, MappingPlan plan, CancellationToken stop)
    {
        var mapper = new RowMapper(plan, ImportTarget.TypesOf(index, plan.Maps), source.IsUntyped);
        var survey = await source.SurveyAsync(stop).ConfigureAwait(false);
        var resume = StatePath is null ? null : Resume(StatePath, client, index, survey, plan);
        var done = Done(resume);
        if (done.Count > 0)
            terminal.Out.MarkupLineInterpolated($"Continuing: {done.Count:N0} of {survey.Rows:N0} rows are in the index already.");
        var meter = new ProgressMeter(terminal.Clock, survey.Rows, done.Count);
        using var failures = new FailedRows(FailedPath);
        var importer = new Importer(client.Index(index.Name), settings, meter, done, resume, failures, terminal.Clock);
        try
        {
            await new ProgressDisplay(terminal).RunAsync(index.Name, meter, () => importer.RunAsync(source, mapper, stop)).ConfigureAwait(false);
        }
        catch (Exception) when (resume is not null)
        {
            terminal.Error.MarkupLineInterpolated($"[yellow]Stopped after {done.Count:N0} of {survey.Rows:N0} rows. The same command continues from there.[/]");
            throw;
        }
        if (failures.Count == 0)
            resume?.Delete();
        Summarise(importer.Totals(), meter.Read(), failures);
        return importer.Totals();
    }

    private RowSet Done(ResumeFile? resume)
    {
        string? reason = null;
        var done = resume?.Load(out reason) ?? new RowSet();
        if (reason is not null)
            terminal.Out.MarkupLineInterpolated($"Beginning with the first row: {resume!.Path} does not count, since {reason}.");
        return done;
    }

    private static ResumeFile Resume(string path, ClipOrleansClient client, IndexDescription index, SourceSurvey survey, MappingPlan plan)
    {
        var created = index.CreatedAt?.ToString("O", CultureInfo.InvariantCulture);
        var meaning = SHA256.HashData(Encoding.UTF8.GetBytes($"{survey.Fingerprint}\n{plan.Describe()}"));
        return new ResumeFile(path, $"{client.Options.BaseAddress} {index.Name} {created}", Convert.ToHexStringLower(meaning), survey.Rows);
    }

    private void Summarise(ImportTotals totals, ProgressReading reading, FailedRows failures)
    {
        var seconds = Math.Max(reading.Elapsed.TotalSeconds, 0.001);
        var rate = totals.Images == totals.Stored && totals.Images > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{totals.Images / seconds:N0} images/s")
            : string.Create(CultureInfo.InvariantCulture, $"{totals.Stored / seconds:N0} documents/s, {totals.Images / seconds:N0} images/s");
        terminal.Out.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Stored [green]{totals.Stored:N0}[/] documents ({totals.Created:N0} new, {totals.Updated:N0} replaced) in {Quantity.Time(reading.Elapsed)}: {rate}."));
        if (failures.Count > 0)
            terminal.Error.MarkupLineInterpolated($"[red]{failures.Count:N0} {(failures.Count == 1 ? "row" : "rows")} failed; {failures.Path} tells why. Mend them and run the same command again.[/]");
    }
}

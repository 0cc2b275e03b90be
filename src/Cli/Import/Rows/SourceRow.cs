using System.Text.Json.Nodes;

namespace ClipOrleans.Cli.Import.Rows;

/// <summary>A row as the source has it, before any column means anything.</summary>
/// <param name="Number">Counts from 1 over the whole source, so that a later run can name the same row.</param>
/// <param name="Columns">Name → value; strings where the format knows nothing else.</param>
/// <param name="Problem">Why the row cannot be read; then it has no columns.</param>
internal sealed record SourceRow(long Number, JsonObject Columns, string? Problem = null);

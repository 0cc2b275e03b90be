using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Cli.Search;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Import.Mapping;

/// <summary>Makes documents of rows by a plan. A row that does not fit becomes a refused row, never an exception.</summary>
/// <param name="types">The declared type of each field.</param>
/// <param name="untyped">Cells are text that has to become the declared type.</param>
internal sealed class RowMapper(MappingPlan plan, IReadOnlyDictionary<string, FieldType> types, bool untyped)
{
    /// <summary>More than any server takes by default; only keeps a stray video from filling the memory.</summary>
    private const long LargestImage = 64 << 20;

    public async Task<MappedRow> MapAsync(SourceRow row, CancellationToken stop)
    {
        if (row.Problem is not null)
            return MappedRow.Refused(row.Number, null, "The row cannot be read", row.Problem);
        var id = IdOf(row);
        if (id is null)
            return MappedRow.Refused(row.Number, null, "The row has no id", $"\"{plan.IdColumn}\" is empty.");
        try
        {
            var document = new DocumentInput { Id = id, Metadata = Metadata(row) };
            return new MappedRow(row.Number, id, await EmbedAsync(document, row, stop).ConfigureAwait(false), null);
        }
        catch (FormatException e)
        {
            return MappedRow.Refused(row.Number, id, "A value does not fit", e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return MappedRow.Refused(row.Number, id, "The image cannot be read", e.Message);
        }
    }

    private string? IdOf(SourceRow row)
    {
        // A name made of the number, so that a row sent twice is still one document.
        if (plan.IdColumn is null || (plan.IdColumn == "id" && !row.Columns.ContainsKey("id")))
            return string.Create(CultureInfo.InvariantCulture, $"row-{row.Number}");
        return Text(row.Columns[plan.IdColumn]) is { Length: > 0 } id ? id : null;
    }

    private async Task<DocumentInput> EmbedAsync(DocumentInput document, SourceRow row, CancellationToken stop)
    {
        foreach (var (kind, column) in plan.Parts)
        {
            var value = row.Columns[column];
            if (value is null || value is JsonValue && Text(value) is null or "")
                continue;
            return kind switch
            {
                PartKind.ImageFile when ImageArgument.IsUrl(Text(value) ?? "") => document with { ImageUrl = Text(value) },
                PartKind.ImageFile => document with { Image = await FileAsync(Required(value, column), stop).ConfigureAwait(false) },
                PartKind.ImageUrl => document with { ImageUrl = Required(value, column) },
                PartKind.ImageBase64 => document with { Image = Base64(Required(value, column)) },
                PartKind.Text => document with { Text = Required(value, column) },
                _ => document with { Vector = Vector(value, column) },
            };
        }
        var columns = string.Join(", ", plan.Parts.Select(part => part.Column));
        throw new FormatException($"Nothing to embed: {columns} {(plan.Parts.Count == 1 ? "is" : "are all")} empty.");
    }

    private JsonObject Metadata(SourceRow row)
    {
        var nested = row.Columns[MappingPlan.MetadataColumn] as JsonObject;
        var metadata = new JsonObject();
        if (plan.Maps.Count > 0)
        {
            foreach (var (column, field, type) in plan.Maps)
                Put(metadata, field, row.Columns[column] ?? nested?[column], type);
            return metadata;
        }
        foreach (var (name, value) in nested ?? row.Columns)
        {
            if (nested is not null || (name != plan.IdColumn && plan.Parts.All(part => part.Column != name)))
                Put(metadata, name, value, null);
        }
        return metadata;
    }

    /// <summary>An empty cell is a field that the document does not have.</summary>
    private void Put(JsonObject metadata, string field, JsonNode? value, FieldType? type)
    {
        var declared = type ?? (untyped && types.TryGetValue(field, out var known) ? known : null);
        if (value is not JsonValue || value.GetValueKind() != JsonValueKind.String || (!untyped && type is null))
        {
            if (value is not null)
                metadata[field] = value.DeepClone();
            return;
        }
        var text = value.GetValue<string>();
        if (text.Length == 0)
            return;
        try
        {
            metadata[field] = FieldValue.Convert(text, declared, plan.ListSeparator);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{field}: {e.Message}", e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> FileAsync(string name, CancellationToken stop)
    {
        var file = new FileInfo(Path.Combine(plan.ImageFolder, name));
        if (!file.Exists)
            throw new FileNotFoundException($"There is no image {file.FullName}.");
        if (file.Length == 0)
            throw new IOException($"{file.FullName} is empty.");
        return file.Length <= LargestImage
            ? await File.ReadAllBytesAsync(file.FullName, stop).ConfigureAwait(false)
            : throw new IOException($"{file.FullName} is {file.Length:N0} bytes long; no image is larger than {LargestImage:N0}.");
    }

    private static string Required(JsonNode value, string column) =>
        Text(value) ?? throw new FormatException($"{column} has to be text.");

    private static ReadOnlyMemory<byte> Base64(string text)
    {
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes.AsMemory(0, length)
            : throw new FormatException("imageBase64 is not base64.");
    }

    private static ReadOnlyMemory<float> Vector(JsonNode value, string column) =>
        VectorFile.Parse(value is JsonArray list ? list.ToJsonString() : Required(value, column), out var vector)
            ? vector
            : throw new FormatException($"{column} is no vector: write a JSON array of numbers.");

    private static string? Text(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => value.ToJsonString(),
        _ => null,
    };
}

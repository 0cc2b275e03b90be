using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// Turns the JSON of a filter into a checked <see cref="Filter"/>. All faults are found, not the first alone
/// (up to a bound). <c>{}</c> matches everything; an absent filter is the caller's business.
/// </summary>
public static class FilterParser
{
    /// <summary>Filter objects inside filter objects, the outermost counted.</summary>
    public const int MaxDepth = 16;

    /// <summary>Values compared with, in the whole filter.</summary>
    public const int MaxLeafValues = 1024;

    /// <summary>Parses an element; member names that occur twice are malformed.</summary>
    public static bool TryParse(JsonElement json, FieldSchema schema, [NotNullWhen(true)] out Filter? filter, out IReadOnlyList<InputFault> faults)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var reader = new FilterReader(schema);
        var read = reader.ReadFilter(json, pointer: "", depth: 1);
        faults = reader.Faults.ToReadOnly();
        filter = reader.Faults.IsEmpty ? read : null;
        return filter is not null;
    }

    /// <summary>Parses bytes: also refuses what is no JSON text in valid UTF-8.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, FieldSchema schema, [NotNullWhen(true)] out Filter? filter, out IReadOnlyList<InputFault> faults)
    {
        filter = null;
        if (!Utf8.IsValid(utf8.Span))
        {
            faults = [new InputFault(InputFaultKind.Malformed, "", "The filter is not valid UTF-8.")];
            return false;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8);
        }
        catch (JsonException fault)
        {
            faults = [new InputFault(InputFaultKind.Malformed, "", $"The filter is not JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.")];
            return false;
        }

        using (document)
            return TryParse(document.RootElement, schema, out filter, out faults);
    }
}

using System.Text.Json;
using System.Text.Unicode;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Storage.Writing;

/// <summary>What metadata must be to be stored: a JSON object of bounded size whose declared fields have their types.</summary>
internal static class MetadataCheck
{
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static ReadOnlyMemory<byte> Empty { get; } = "{}"u8.ToArray();

    /// <summary>Parses bytes that a client gave.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> utf8, out StoredOutcome? failure)
    {
        failure = null;
        try
        {
            if (Utf8.IsValid(utf8.Span))
                return JsonDocument.Parse(utf8.IsEmpty ? Empty : utf8, Strict);
            failure = StoredOutcome.Failed(FailureReasons.InvalidMetadata, "The metadata is not valid UTF-8.", "");
        }
        catch (JsonException e)
        {
            failure = StoredOutcome.Failed(FailureReasons.InvalidMetadata, $"The metadata is not valid JSON: {e.Message}", "");
        }

        return null;
    }

    /// <returns>Null if the document may have this metadata.</returns>
    public static StoredOutcome? Refuse(JsonElement metadata, int bytes, FieldSchema schema)
    {
        if (bytes > MaxBytes)
            return StoredOutcome.Failed(FailureReasons.MetadataTooLarge, $"The metadata has {bytes} bytes; at most {MaxBytes} are stored.", "");
        if (MetadataReader.TryRead(metadata, schema, out _, out var faults))
            return null;
        return StoredOutcome.Failed(FailureReasons.InvalidMetadata, string.Join(" ", faults.Select(fault => fault.Message)), faults[0].Pointer);
    }
}

using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Wire;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>Reads documents for one index.</summary>
internal sealed class DocumentReader(OpenIndex index, LimitOptions limits)
{
    private static readonly IReadOnlyList<string> Members = GatewayJson.MembersOf<DocumentInput>();

    private readonly SourceReader _sources = new(limits, index);

    /// <summary>Parses one document from its own text.</summary>
    public DocumentItem Parse(ReadOnlyMemory<byte> utf8, ImageLease? lease = null)
    {
        var parsed = StrictJson.Parse(utf8, "The document");
        if (!parsed.IsSuccess)
            return DocumentItem.Failed(parsed.Error);
        using var document = parsed.Value;
        return Read(document.RootElement, lease);
    }

    public DocumentItem Read(JsonElement element, ImageLease? lease = null)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(element, "", faults, Members);
        var id = ReadId(fields);
        var metadata = fields.Object("metadata") is { } value ? CheckMetadata(value, fields.At("metadata"), faults) : null;
        var source = _sources.ReadOne(fields, faults, SourceReader.OfDocument, "", lease);
        if (!faults.Any)
            return new DocumentItem { Id = id, Source = source, Metadata = metadata ?? CanonicalJson.EmptyObject };
        source?.Dispose();
        return DocumentItem.Failed(faults.ToError(), id);
    }

    /// <returns>The metadata as it is stored, or null when it is at fault.</returns>
    public byte[]? CheckMetadata(JsonElement metadata, string pointer, Faults faults)
    {
        var before = faults.Count;
        if (!MetadataReader.TryRead(metadata, index.Schema, out _, out var found))
            faults.Add(found, pointer, Slugs.MalformedRequest, Slugs.InvalidMetadata);
        return faults.Count == before ? CheckSize(metadata, pointer, faults) : null;
    }

    /// <returns>The metadata or the patch as it is stored, or null when it is too large.</returns>
    public byte[]? CheckSize(JsonElement metadata, string pointer, Faults faults)
    {
        var canonical = CanonicalJson.Write(metadata);
        if (canonical.Length <= limits.MaxMetadataBytes)
            return canonical;
        faults.Add(Slugs.MetadataTooLarge, pointer, string.Create(
            CultureInfo.InvariantCulture, $"The metadata of a document may have {limits.MaxMetadataBytes} bytes; this has {canonical.Length}."));
        return null;
    }

    private static string? ReadId(JsonFields fields)
    {
        if (fields.String("id") is not { } value)
            return null;
        var id = value.GetString()!;
        if (DocumentIds.Check(id) is not { } problem)
            return id;
        fields.Fault("id", problem, Slugs.InvalidId);
        return null;
    }
}

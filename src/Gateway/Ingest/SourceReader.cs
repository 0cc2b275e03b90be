using System.Globalization;
using System.Runtime.InteropServices;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>Reads the one source that documents, searches and embedding inputs have, for one index (or for none).</summary>
/// <param name="limits">What a source may be.</param>
/// <param name="index">The index whose dimensions and model the source must fit; null where no index takes part.</param>
internal sealed class SourceReader(LimitOptions limits, OpenIndex? index)
{
    /// <summary>The sources of a document.</summary>
    public static readonly SourceKind[] OfDocument = [SourceKind.ImageUrl, SourceKind.ImageBase64, SourceKind.Text, SourceKind.Vector];

    /// <summary>The sources of a search and of its parts.</summary>
    public static readonly SourceKind[] OfQuery = [SourceKind.Text, SourceKind.ImageUrl, SourceKind.ImageBase64, SourceKind.Vector, SourceKind.Id];

    /// <param name="fields">The object that should have exactly one of the sources.</param>
    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="kinds">Which sources are possible here.</param>
    /// <param name="pointer">Where the object stands.</param>
    /// <param name="lease">Bytes of <see cref="Budgets.Images"/> that the image, if it is one, takes over.</param>
    /// <returns>The source, or null when there is none or it is at fault.</returns>
    public Source? ReadOne(JsonFields fields, Faults faults, ReadOnlySpan<SourceKind> kinds, string pointer, ImageLease? lease = null)
    {
        if (!fields.IsObject)
            return null;
        var given = new List<SourceKind>();
        foreach (var kind in kinds)
        {
            if (fields.Has(Source.NameOf(kind)))
                given.Add(kind);
        }

        if (given.Count == 1)
            return Read(given[0], fields, faults, lease);
        var names = string.Join(", ", kinds.ToArray().Select(Source.NameOf));
        faults.Malformed(pointer, given.Count == 0
            ? $"Exactly one of {names} is needed; there is none."
            : $"Exactly one of {names} is needed; these are {string.Join(", ", given.Select(Source.NameOf))}.");
        return null;
    }

    private Source? Read(SourceKind kind, JsonFields fields, Faults faults, ImageLease? lease)
    {
        var name = Source.NameOf(kind);
        if (index is { HasModel: false } && NeedsModel(kind))
        {
            faults.Add(Slugs.ModelRequired, fields.At(name), $"Index '{index.Name}' has the model 'none': give a vector of {index.Dimensions} numbers.");
            return null;
        }

        return kind switch
        {
            SourceKind.Text => fields.Text(name, 1, limits.MaxTextLength) is { } text ? new Source { Kind = kind, Pointer = fields.At(name), Text = text } : null,
            SourceKind.ImageUrl => ReadUrl(fields, name),
            SourceKind.ImageBase64 => ReadBase64(fields, faults, name, lease),
            SourceKind.Vector => ReadVector(fields, faults, name),
            SourceKind.Id => ReadId(fields, name),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a source."),
        };
    }

    private static bool NeedsModel(SourceKind kind) => kind is SourceKind.Text or SourceKind.ImageUrl or SourceKind.ImageBase64;

    private static Source? ReadUrl(JsonFields fields, string name)
    {
        if (fields.String(name) is not { } value)
            return null;
        if (ImageUrls.TryParse(value.GetString()!, out var url))
            return new Source { Kind = SourceKind.ImageUrl, Pointer = fields.At(name), ImageUrl = url };
        fields.Fault(name, $"{ImageUrls.Rule}.");
        return null;
    }

    private Source? ReadBase64(JsonFields fields, Faults faults, string name, ImageLease? lease)
    {
        if (fields.String(name) is not { } value)
            return null;
        if (Base64Image.MaxDecodedLength(value) > limits.MaxImageBytes + 3L)
        {
            faults.Add(Slugs.ImageTooLarge, fields.At(name), string.Create(CultureInfo.InvariantCulture, $"An image may have at most {limits.MaxImageBytes} bytes."));
            return null;
        }

        if (Base64Image.Decode(value) is not { } decoded)
        {
            fields.Fault(name, "This must be the bytes of an image in base64, without a 'data:' prefix.");
            return null;
        }

        var image = lease?.Adopt(decoded) ?? new ImageBuffer(decoded);
        return new Source { Kind = SourceKind.ImageBase64, Pointer = fields.At(name), Image = image };
    }

    private static Source? ReadId(JsonFields fields, string name)
    {
        if (fields.String(name) is not { } value)
            return null;
        var id = value.GetString()!;
        if (DocumentIds.Check(id) is not { } problem)
            return new Source { Kind = SourceKind.Id, Pointer = fields.At(name), Id = id };
        fields.Fault(name, problem, Slugs.InvalidId);
        return null;
    }

    private Source? ReadVector(JsonFields fields, Faults faults, string name)
    {
        if (fields.Array(name) is not { } array)
            return null;
        var dimensions = index?.Dimensions ?? Contracts.Limits.MaxDimensions;
        if (array.GetArrayLength() != dimensions)
        {
            faults.Add(Slugs.DimensionMismatch, fields.At(name), string.Create(
                CultureInfo.InvariantCulture, $"The index takes vectors of {dimensions} numbers; this one has {array.GetArrayLength()}."));
            return null;
        }

        var bytes = new byte[dimensions * sizeof(float)];
        var vector = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        var read = VectorText.Read(JsonMarshal.GetRawUtf8Value(array), vector);
        if (read < dimensions)
        {
            faults.Malformed(Pointer.Child(fields.At(name), read), "A vector has finite numbers only, within the range of a 32-bit float.");
            return null;
        }

        if (VectorMath.TryNormalize(vector))
            return new Source { Kind = SourceKind.Vector, Pointer = fields.At(name), Vector = bytes };
        faults.Add(Slugs.InvalidVector, fields.At(name), "A vector of zeros alone has no direction, so that nothing is similar to it.");
        return null;
    }
}

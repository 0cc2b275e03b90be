using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipOrleans.Gateway.Errors;

namespace ClipOrleans.Gateway.Wire;

/// <summary>A document: exactly one of imageUrl, imageBase64, text and vector, and what is to be known of it.</summary>
internal sealed record DocumentInput
{
    [Description("1 to 256 characters, no control characters; a new one is made when absent. An existing document of this id is replaced.")]
    public string? Id { get; init; }

    [Description("A JSON object of at most 64 KiB. Members that are declared fields must have the declared type.")]
    public JsonElement? Metadata { get; init; }

    [Description("An http or https URL from which the server fetches the image.")]
    public string? ImageUrl { get; init; }

    [Description("The bytes of an image file in base64: JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF of at most 20 MiB and 64 megapixels.")]
    public string? ImageBase64 { get; init; }

    [Description("A text to embed instead of an image: 1 to 10,000 characters.")]
    public string? Text { get; init; }

    [Description("An embedding of your own; it is normalised.")]
    public IReadOnlyList<float>? Vector { get; init; }
}

/// <summary>Up to 1,000 documents.</summary>
internal sealed record BulkRequest
{
    public required IReadOnlyList<DocumentInput> Documents { get; init; }
}

/// <summary>What became of the documents, in the order of the request.</summary>
internal sealed record BulkResponse
{
    public required IReadOnlyList<DocumentResult> Results { get; init; }

    public required int Succeeded { get; init; }

    public required int Failed { get; init; }
}

/// <summary>What became of one document. Once it is created or updated, it is durable and every search sees it.</summary>
internal sealed record DocumentResult
{
    [Description("The id under which it is stored; null when it failed and came without one.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Id { get; init; }

    [Description("created, updated or failed.")]
    public required string Status { get; init; }

    [Description("Why it failed.")]
    public Problem? Error { get; init; }
}

/// <summary>A stored document.</summary>
internal sealed record DocumentResponse
{
    public required string Id { get; init; }

    public required RawJson Metadata { get; init; }

    [Description("Where the image was fetched from, or the path of the kept image.")]
    public string? ImageUrl { get; init; }

    [Description("The text it was embedded from, if it was.")]
    public string? Text { get; init; }

    [Description("The model that made its embedding, or 'none'.")]
    public required string Model { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    [Description("The normalised embedding, when asked for.")]
    public VectorJson? Vector { get; init; }
}

/// <summary>A page of documents in id order.</summary>
internal sealed record ScrollResponse
{
    public required IReadOnlyList<DocumentResponse> Documents { get; init; }

    [Description("Gives the next page; absent on the last one.")]
    public string? Cursor { get; init; }
}

/// <summary>A change of a document's metadata.</summary>
internal sealed record PatchRequest
{
    [Description("A JSON merge patch (RFC 7396): null removes a member, the rest stays.")]
    public required JsonElement Metadata { get; init; }
}

/// <summary>Which documents to delete: exactly one of ids and filter.</summary>
internal sealed record DeleteRequest
{
    [Description("Up to 10,000 ids; unknown ones are passed over.")]
    public IReadOnlyList<string>? Ids { get; init; }

    [Description("A filter; {} matches every document.")]
    public JsonElement? Filter { get; init; }
}

internal sealed record DeleteResponse
{
    [Description("How many documents were there and are gone.")]
    public required long Deleted { get; init; }
}

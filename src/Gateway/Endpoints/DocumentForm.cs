using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>A document as multipart/form-data: the part <c>image</c> (bytes) and, if wanted, <c>metadata</c> (a JSON object).</summary>
internal static class DocumentForm
{
    private const int MaxBoundary = 70;
    private const int FirstRent = 64 * 1024;
    private const string ImagePart = "image";
    private const string MetadataPart = "metadata";

    public static async Task<DocumentItem> ReadAsync(OpenIndex index, string id, MediaTypeHeaderValue type, HttpContext http, RequestReader requests)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (boundary is null || boundary.Length is 0 or > MaxBoundary)
            return Malformed("A multipart body needs a boundary of 1 to 70 characters in its Content-Type.");
        if (http.Request.ContentLength > requests.Limits.MaxBodyBytes)
            return DocumentItem.Failed(RequestBody.TooLarge(requests.Limits.MaxBodyBytes));
        RequestBody.SetServerLimit(http, requests.Limits.MaxBodyBytes);
        try
        {
            return await ReadPartsAsync(index, id, new MultipartReader(boundary, http.Request.Body), requests, http.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return Malformed($"The body is not multipart with this boundary: {exception.Message}");
        }
    }

    private static async Task<DocumentItem> ReadPartsAsync(OpenIndex index, string id, MultipartReader parts, RequestReader requests, CancellationToken cancel)
    {
        var faults = new Faults();
        ImageBuffer? image = null;
        byte[]? metadata = null;
        while (await parts.ReadNextSectionAsync(cancel) is { } section)
        {
            var name = section.GetContentDispositionHeader()?.Name is { } quoted ? HeaderUtilities.RemoveQuotes(quoted).Value : null;
            if (name == ImagePart && image is null)
                image = await ReadImageAsync(section.Body, requests, faults, cancel);
            else if (name == MetadataPart && metadata is null)
                metadata = await ReadMetadataAsync(section.Body, new DocumentReader(index, requests.Limits), requests, faults, cancel);
            else if (name is ImagePart or MetadataPart)
                faults.Malformed(Pointer.Child("", name), "The part is there twice.");
            else
                faults.Add(Slugs.UnknownMember, Pointer.Child("", name ?? ""), "There is no part of this name; known are image, metadata.");
        }

        if (image is null && !faults.Any)
            faults.Malformed("/" + ImagePart, "The part 'image' with the bytes of an image is needed.");
        if (!faults.Any)
            return new DocumentItem { Id = id, Metadata = metadata ?? CanonicalJson.EmptyObject, Source = new Source { Kind = SourceKind.ImageBase64, Pointer = "/" + ImagePart, Image = image } };
        image?.Dispose();
        return DocumentItem.Failed(faults.ToError());
    }

    private static async Task<ImageBuffer?> ReadImageAsync(Stream part, RequestReader requests, Faults faults, CancellationToken cancel)
    {
        var max = requests.Limits.MaxImageBytes;
        var memory = WorkingMemory.Rent(FirstRent);
        try
        {
            for (var length = 0; ;)
            {
                var read = await part.ReadAsync(memory.Memory[length..], cancel);
                length += read;
                if (length > max)
                {
                    faults.Add(Slugs.ImageTooLarge, "/" + ImagePart, $"An image may have at most {max} bytes.");
                    return null;
                }

                if (read == 0)
                    return new ImageBuffer(memory.Memory[..length].ToArray());
                if (length == memory.Memory.Length)
                    memory = WorkingMemory.Grow(memory, 0, length, (int)Math.Min(length * 2L, max + 1L));
            }
        }
        finally
        {
            memory.Dispose();
        }
    }

    private static async Task<byte[]?> ReadMetadataAsync(Stream part, DocumentReader documents, RequestReader requests, Faults faults, CancellationToken cancel)
    {
        // Blanks don't count towards the limit of metadata, but they can't be without end.
        var max = 2 * requests.Limits.MaxMetadataBytes;
        var bytes = new byte[max + 1];
        var length = await part.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        if (length > max)
        {
            faults.Add(Slugs.MetadataTooLarge, "/" + MetadataPart, $"The metadata of a document may have {requests.Limits.MaxMetadataBytes} bytes.");
            return [];
        }

        var parsed = StrictJson.Parse(bytes.AsMemory(0, length), "The part 'metadata'");
        if (!parsed.IsSuccess)
        {
            faults.Malformed("/" + MetadataPart, parsed.Error.Detail);
            return [];
        }

        using var document = parsed.Value;
        return documents.CheckMetadata(document.RootElement, "/" + MetadataPart, faults) ?? [];
    }

    private static DocumentItem Malformed(string detail) => DocumentItem.Failed(Error.Of(Slugs.MalformedRequest, detail));
}

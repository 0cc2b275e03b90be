using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>What the API is, in general.</summary>
internal sealed class DocumentDetails : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "ClipOrleans",
            Version = OpenApiSetup.Document,
            Description = "Put pictures in, find them by words, by other pictures or by vectors, under filters. "
                + "Errors are application/problem+json (RFC 9457); their type is urn:cliporleans:error:{slug}, and errors maps JSON pointers into the request to what is wrong there. "
                + "Members that a request does not know are refused, not ignored.",
        };
        // The page at /docs and every client know under which address they reached the server; the server does not.
        document.Servers?.Clear();
        return Task.CompletedTask;
    }
}

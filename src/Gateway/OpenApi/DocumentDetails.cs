using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>What the API is, in general.</summary>
internal sealed class DocumentDetails : IOpenApiDocumentTransformer
{
    /// <summary>In the order in which one needs them.</summary>
    private static readonly string[] Tags = ["Indexes", "Documents", "Search", "Snapshots", "Models and embeddings", "Keys", "Tenants", "Operation", "Health"];

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "ClipOrleans",
            Version = OpenApiSetup.Document,
            Description = "Put pictures in, find them by words, by other pictures or by vectors, under filters. "
                + "Errors are `application/problem+json` (RFC 9457); their `type` is `urn:cliporleans:error:` and a slug, and `errors` maps JSON pointers into the request to what is wrong there. "
                + "Members that a request does not know are refused, not ignored.",
        };
        document.Tags = new HashSet<OpenApiTag>(Tags.Select(tag => new OpenApiTag { Name = tag }));
        // The server does not know under which address it is reached; the page at /docs and every client do.
        document.Servers = [new OpenApiServer { Url = "/" }];
        return Task.CompletedTask;
    }
}

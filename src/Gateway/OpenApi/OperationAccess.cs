using ClipOrleans.Gateway.Auth;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>
/// Tells of each operation whose key it takes. It is read from what <see cref="AccessControl"/> reads, so that the document cannot
/// promise another role than the server asks for. OpenAPI 3.1 has a place for roles: the names in a requirement.
/// </summary>
internal sealed class OperationAccess : IOpenApiOperationTransformer
{
    private const string Bearer = "bearer";
    private const string Header = "apiKey";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        // The last one counts, as it does for the server: an endpoint may ask for more than its group.
        var required = context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredAccess>().LastOrDefault();
        if (required is null or { Access: Access.Anyone })
            return Task.CompletedTask;
        var document = context.Document!;
        AddSchemes(document);
        var role = RoleNames.Of(required.Access);
        operation.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [role] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Header, document)] = [role] },
        ];
        operation.Description = $"{operation.Description} {WordsFor(required)}".Trim();
        return Task.CompletedTask;
    }

    private static void AddSchemes(OpenApiDocument document)
    {
        if (document.Components?.SecuritySchemes?.ContainsKey(Bearer) == true)
            return;
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "`Authorization: Bearer <key>`. A server in open mode has no keys: leave it out there.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(Header, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = Credential.KeyHeader,
            Description = "The same key, for clients and proxies that need `Authorization` for something else.",
        });
    }

    private static string WordsFor(RequiredAccess required) => required switch
    {
        { Access: Access.Operator } => "Takes the operator's key.",
        { Access: Access.Admin, AllIndexes: true } => "Takes a key of the role `admin` that is for all indexes.",
        { Access: Access.Admin } => "Takes a key of the role `admin`.",
        { Access: Access.Write } => "Takes a key of the role `write` or `admin`.",
        _ => "Takes a key of any role.",
    };
}

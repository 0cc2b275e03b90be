using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Endpoints;
using Scalar.AspNetCore;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>The description of the API for programs at <c>/openapi/v1.json</c>, and for people at <c>/docs</c>.</summary>
internal static class OpenApiSetup
{
    public const string Document = "v1";

    public static void AddGatewayOpenApi(this IServiceCollection services) => services.AddOpenApi(Document, options =>
    {
        options.CreateSchemaReferenceId = WireSchemas.NameOf;
        options.AddSchemaTransformer<WireSchemas>();
        options.AddOperationTransformer<OperationDetails>();
        options.AddOperationTransformer<OperationAccess>();
        options.AddDocumentTransformer<DocumentDetails>();
    });

    public static void MapGatewayOpenApi(this IEndpointRouteBuilder root)
    {
        root.MapOpenApi("/openapi/{documentName}.json").For(Access.Anyone);
        // Everything the page needs is served from here: nothing is loaded from elsewhere, and nothing is told to anyone.
        root.MapScalarApiReference("/docs", options =>
        {
            options.WithTitle("ClipOrleans API").WithOpenApiRoutePattern("/openapi/{documentName}.json");
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.HideModels = true;
            options.Agent = new ScalarAgentOptions { Disabled = true };
            options.Mcp = new ScalarMcpOptions { Disabled = true };
            options.DynamicBaseServerUrl = true;
            options.HideClientButton = true;
            options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        }).For(Access.Anyone);
    }
}

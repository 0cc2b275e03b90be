using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>Gives the types that write themselves their shape, which nothing can read off them.</summary>
internal sealed class WireSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(VectorJson))
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" };
        }
        else if (type == typeof(RawJson) || type == typeof(System.Text.Json.JsonElement))
        {
            schema.Type = IsObject(context.JsonPropertyInfo?.Name) ? JsonSchemaType.Object : null;
        }

        return Task.CompletedTask;
    }

    private static bool IsObject(string? property) => property is "metadata" or "filter";
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>Gives the types that write themselves their shape, which nothing can read off them.</summary>
internal sealed class WireSchemas : IOpenApiSchemaTransformer
{
    private const string NumberFormat = "float";

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        // The numbers inside pass here too, under the type of the whole.
        if (type == typeof(VectorJson) && schema.Format != NumberFormat)
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.Number, Format = NumberFormat };
        }
        else if (type == typeof(RawJson) || type == typeof(JsonElement))
        {
            schema.Type = IsObject(context.JsonPropertyInfo?.Name) ? JsonSchemaType.Object : null;
        }

        return Task.CompletedTask;
    }

    /// <summary>The name under which a type is described.</summary>
    public static string? NameOf(JsonTypeInfo type) => (Nullable.GetUnderlyingType(type.Type) ?? type.Type) switch
    {
        var plain when plain == typeof(RawJson) || plain == typeof(JsonElement) => null,
        var plain when plain == typeof(VectorJson) => null,
        _ => OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace("Wire", "", StringComparison.Ordinal),
    };

    private static bool IsObject(string? property) => property is "metadata" or "filter";
}

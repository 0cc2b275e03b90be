using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.Gateway.Endpoints;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Snapshots;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>Adds to each operation what its handler can't say: examples, bodies that are not JSON, and its problems.</summary>
internal sealed class OperationDetails : IOpenApiOperationTransformer
{
    private const string ProblemSchema = "Problem";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        AddExamples(operation);
        DescribeBodies(operation);
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            if (parameter is { Name: "limit", Schema: OpenApiSchema schema })
                schema.Type = JsonSchemaType.Integer;
        }

        await AddProblemsAsync(operation, context, cancellationToken);
    }

    private static void AddExamples(OpenApiOperation operation)
    {
        var examples = ExampleFiles.Of(operation.OperationId!);
        foreach (var (mediaType, content) in operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            if (mediaType is RequestJson.Json or RequestJson.MergePatch)
                content.Example = examples?["request"]?.DeepClone();
        }

        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (status[0] == '2' && response.Content?.TryGetValue(RequestJson.Json, out var content) == true)
                content.Example = examples?["response"]?.DeepClone();
        }
    }

    private static void DescribeBodies(OpenApiOperation operation)
    {
        foreach (var (mediaType, content) in operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            switch (mediaType)
            {
                case PutDocument.AnyImage or ArchiveWriter.Tar:
                    content.Schema = Bytes();
                    break;
                case PutDocument.Multipart:
                    content.Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "image" },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["image"] = Bytes(),
                            ["metadata"] = new OpenApiSchema { Type = JsonSchemaType.Object },
                        },
                    };
                    break;
                case BulkEndpoints.Ndjson:
                    content.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "One document a line." };
                    content.Example = JsonValue.Create("{\"id\":\"1\",\"text\":\"a red shoe\"}\n{\"id\":\"2\",\"text\":\"a blue shoe\"}\n");
                    operation.Responses!["200"].Content![BulkEndpoints.Ndjson] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "One result a line, in order." },
                        Example = JsonValue.Create("{\"id\":\"1\",\"status\":\"created\"}\n{\"id\":\"2\",\"status\":\"created\"}\n"),
                    };
                    break;
            }
        }
    }

    private static OpenApiSchema Bytes() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static async Task AddProblemsAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var attached = context.Description.ActionDescriptor.EndpointMetadata.OfType<KnownErrors>().ToList();
        if (attached.Count == 0)
            return;
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(ProblemSchema) != true)
            document.AddComponent(ProblemSchema, await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancel));
        operation.Responses ??= [];
        foreach (var status in KnownErrors.ByStatus(attached))
        {
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", status),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Problem.MediaType] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, document) },
                },
            };
        }
    }
}

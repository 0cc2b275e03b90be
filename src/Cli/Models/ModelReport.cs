using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Cli.Models;

/// <summary>What the server's program says about a model folder.</summary>
internal sealed record ModelReport
{
    public bool Ok { get; init; }

    public string? Name { get; init; }

    public string? Revision { get; init; }

    public int Dimensions { get; init; }

    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <exception cref="JsonException">The output is no report.</exception>
    public static ModelReport Parse(string output) =>
        JsonSerializer.Deserialize(output, ModelJson.Default.ModelReport) ?? throw new JsonException("The report is null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ModelReport))]
internal sealed partial class ModelJson : JsonSerializerContext;

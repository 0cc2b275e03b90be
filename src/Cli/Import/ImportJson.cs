using System.Text.Json.Serialization;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Cli.Import;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ImportJson : JsonSerializerContext;

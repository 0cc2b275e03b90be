using System.Reflection;
using System.Text.Json.Nodes;

namespace ClipOrleans.Gateway.OpenApi;

/// <summary>Examples of requests and answers, one file an operation.</summary>
internal static class ExampleFiles
{
    private const string Prefix = "ClipOrleans.Gateway.OpenApi.Examples.";

    /// <returns>An object with the members <c>request</c> and <c>response</c>, as far as there are such; null without a file.</returns>
    public static JsonObject? Of(string operation)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{operation}.json");
        return stream is null ? null : JsonNode.Parse(stream)!.AsObject();
    }
}

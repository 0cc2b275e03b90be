using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace ClipOrleans.Client.Documents;

/// <summary>The bodies of an image upload that are not JSON.</summary>
internal static class PutBodies
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public static HttpContent Raw(ReadOnlyMemory<byte> image, MediaTypeHeaderValue type) =>
        new ReadOnlyMemoryContent(image) { Headers = { ContentType = type } };

    public static HttpContent WithMetadata(ReadOnlyMemory<byte> image, MediaTypeHeaderValue type, JsonObject metadata) =>
        new MultipartFormDataContent
        {
            { Raw(image, type), "image", "image" },
            { new StringContent(metadata.ToJsonString(), Json), "metadata" },
        };
}

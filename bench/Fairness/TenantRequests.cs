using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Fashion;
using ClipOrleans.Bench.Http;
using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Fairness;

/// <summary>What a tenant may ask for.</summary>
internal enum Asked
{
    /// <summary>A search by a vector: no encoder takes part.</summary>
    VectorSearch,

    /// <summary>A search by a text that nobody asked for before.</summary>
    TextSearch,

    /// <summary>A search by a photo that nobody sent before.</summary>
    ImageSearch,

    /// <summary>The embedding of a text.</summary>
    TextEmbedding,

    /// <summary>The embedding of a photo.</summary>
    ImageEmbedding,
}

/// <summary>The requests of one tenant, no two alike, so that no cache answers them.</summary>
internal sealed class TenantRequests(Uri address, string key, string index, string model, int seed)
{
    private readonly VectorDataSet _vectors = VectorDataSet.Open(FairnessBench.Documents, VectorsBench.Dimensions, seed: 1);
    private readonly List<Product>? _products = FashionData.TryLoad();

    public bool CanSendImages => _products is not null;

    public byte[] Of(Asked what, int number) => what switch
    {
        Asked.VectorSearch => Search(new JsonObject { ["vector"] = new JsonArray([.. _vectors.Query(number % _vectors.QueryCount).ToArray().Select(value => (JsonNode)value)]) }),
        Asked.TextSearch => Search(new JsonObject { ["text"] = Text(number) }),
        Asked.ImageSearch => Search(new JsonObject { ["imageBase64"] = Image(number) }),
        Asked.TextEmbedding => Embeddings(Text(number)),
        Asked.ImageEmbedding => Embeddings(new JsonArray(new JsonObject { ["imageBase64"] = Image(number) })),
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private byte[] Search(JsonObject body) => Request($"/v1/indexes/{index}/search", body);

    private byte[] Embeddings(JsonNode input) => Request("/v1/embeddings", new JsonObject { ["model"] = model, ["input"] = input, ["encoding_format"] = "base64" });

    private byte[] Request(string path, JsonObject body) => PlainConnection.Request(address, "POST", path, Encoding.UTF8.GetBytes(body.ToJsonString()), key);

    private string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"red canvas shoes for boys {seed} {number}");

    /// <summary>A photo with a tail that decoders pass over and that no other one has.</summary>
    private string Image(int number) => Convert.ToBase64String(
        [.. _products![number % _products.Count].Image, .. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(number)]);
}

using System.Text.Json.Nodes;

namespace ClipOrleans.Bench.Fashion;

/// <summary>One row of fashion.csv with the bytes of its photo.</summary>
internal sealed record Product(string Id, string Gender, string Category, string Type, string Colour, string Title, byte[] Image)
{
    public JsonObject Metadata() => new()
    {
        ["product_id"] = Id,
        ["gender"] = Gender,
        ["category"] = Category,
        ["type"] = Type,
        ["colour"] = Colour,
        ["title"] = Title,
    };
}

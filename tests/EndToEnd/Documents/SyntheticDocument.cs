using System.Text.Json.Nodes;

namespace ClipOrleans.EndToEnd.Documents;

/// <summary>
/// A document that follows from its number and version alone: whoever reads it back can tell whether it is whole. Some of the numbers
/// share a vector on purpose, so that ties are met in every search.
/// </summary>
internal sealed record SyntheticDocument(int Number, int Version = 0)
{
    public const int Dimensions = 48;

    /// <summary>Every eleventh document has the vector of the one before it.</summary>
    private const int TieEvery = 11;

    public static readonly string[] Colours = ["Red", "Blue", "Green", "Black", "White"];
    public static readonly string[] Tags = ["new", "sale", "winter", "summer", "last"];

    public string Id => $"doc-{Number:D6}";

    public string Colour => Colours[(Number + Version) % Colours.Length];

    public double Price => ((Number * 37) + (Version * 11)) % 500 / 4.0;

    public bool InStock => (Number + Version) % 3 != 0;

    public string[] TagsOf => Tags.Where((_, i) => (((Number + Version) >> i) & 1) == 1).ToArray();

    public DateTimeOffset Added => new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours((Number * 7) + Version);

    public float[] Vector { get; } = VectorOf(Number % TieEvery == 0 && Number > 0 ? Number - 1 : Number, Version);

    /// <summary>The declared fields of an index that holds these documents.</summary>
    public static JsonArray Fields() => StoredDocuments.Fields(
        ("number", "number"), ("version", "number"), ("patch", "number"), ("colour", "keyword"), ("price", "number"),
        ("inStock", "boolean"), ("tags", "keyword[]"), ("added", "datetime"), ("place", "geo"));

    public static JsonObject IndexBody(string name, int shards) => new()
    {
        ["name"] = name,
        ["model"] = "none",
        ["dimensions"] = Dimensions,
        ["shards"] = shards,
        ["fields"] = Fields(),
    };

    public JsonObject Metadata() => new()
    {
        ["number"] = Number,
        ["version"] = Version,
        ["colour"] = Colour,
        ["price"] = Price,
        ["inStock"] = InStock,
        ["tags"] = new JsonArray([.. TagsOf.Select(tag => (JsonNode)tag)]),
        ["added"] = Added.ToString("yyyy-MM-ddTHH:mm:ssZ", null),
        ["place"] = new JsonObject { ["lat"] = (Number % 160) - 80, ["lon"] = (Number * 3 % 340) - 170 },
        ["note"] = $"undeclared, number {Number}, version {Version}",
    };

    public JsonObject Body() => new() { ["id"] = Id, ["metadata"] = Metadata(), ["vector"] = VectorBody() };

    public JsonArray VectorBody() => new([.. Vector.Select(value => (JsonNode)value)]);

    /// <summary>Cosine similarity in double precision: the truth that float32 scores are held against.</summary>
    public double Cosine(ReadOnlySpan<float> query)
    {
        double dot = 0, mine = 0, theirs = 0;
        for (var i = 0; i < query.Length; i++)
        {
            dot += (double)Vector[i] * query[i];
            mine += (double)Vector[i] * Vector[i];
            theirs += (double)query[i] * query[i];
        }

        return dot / Math.Sqrt(mine * theirs);
    }

    public static float[] VectorOf(int number, int version)
    {
        var random = new Random((number * 1_000_003) + version);
        return [.. Enumerable.Range(0, Dimensions).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }
}

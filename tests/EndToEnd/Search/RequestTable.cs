using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;

namespace ClipOrleans.EndToEnd.Search;

/// <summary>Searches of synthetic documents whose answer must not depend on how the documents are spread.</summary>
internal static class RequestTable
{
    public static JsonArray Vector(float[] values) => new([.. values.Select(value => (JsonNode)value)]);

    /// <summary>Filters with what they mean, by a model that knows no index.</summary>
    public static IEnumerable<(JsonObject? Filter, Func<SyntheticDocument, bool> Matches)> Filters()
    {
        yield return (null, _ => true);
        yield return (Json("""{"colour":"Red"}"""), d => d.Colour == "Red");
        yield return (Json("""{"price":{"$gte":10,"$lt":50},"inStock":true}"""), d => d.Price is >= 10 and < 50 && d.InStock);
        yield return (Json("""{"tags":{"$all":["new","sale"]},"colour":{"$nin":["Blue","Green"]}}"""),
            d => d.TagsOf.Contains("new") && d.TagsOf.Contains("sale") && d.Colour is not ("Blue" or "Green"));
        yield return (Json("""{"$or":[{"colour":"White"},{"$not":{"inStock":true}}],"added":{"$lt":"2024-03-01T00:00:00Z"}}"""),
            d => (d.Colour == "White" || !d.InStock) && d.Added < new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero));
        yield return (Json("""{"colour":"Purple"}"""), _ => false);
    }

    /// <summary>Requests of every kind that read more than one shard.</summary>
    public static IEnumerable<JsonObject> Requests()
    {
        var query = Vector(SyntheticDocument.VectorOf(92_000, 0));
        var other = Vector(SyntheticDocument.VectorOf(92_001, 0));
        foreach (var exact in new[] { true, false })
        {
            foreach (var (filter, _) in Filters())
            {
                var body = new JsonObject { ["vector"] = query.DeepClone(), ["exact"] = exact, ["topK"] = 25, ["offset"] = 5 };
                body["facets"] = new JsonArray("colour", "tags", "inStock");
                body["include"] = new JsonArray("metadata", "vector");
                if (filter is not null)
                {
                    body["filter"] = filter.DeepClone();
                }

                yield return body;
            }

            yield return new JsonObject { ["id"] = "doc-000010", ["exact"] = exact, ["topK"] = 30 };
            yield return new JsonObject { ["vector"] = query.DeepClone(), ["exact"] = exact, ["minScore"] = 0.2, ["topK"] = 1000 };
            yield return new JsonObject
            {
                ["queries"] = new JsonArray(
                    new JsonObject { ["vector"] = query.DeepClone(), ["weight"] = 1.5 },
                    new JsonObject { ["vector"] = other.DeepClone(), ["weight"] = -0.5 },
                    new JsonObject { ["id"] = "doc-000300", ["weight"] = 0.7 }),
                ["exact"] = exact,
                ["topK"] = 50,
            };
        }

        yield return Json("""{"filter":{"inStock":true},"topK":33,"offset":11,"facets":["colour"]}""");
        yield return Json("""{"filter":{"place":{"$near":{"lat":10,"lon":20,"meters":3000000}}},"topK":100}""");
        yield return Json("""{"filter":{"$and":[{"price":{"$exists":true}},{"number":{"$in":[1,2,3,699]}}]},"topK":100}""");
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}

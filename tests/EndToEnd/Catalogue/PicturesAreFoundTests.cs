using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;

namespace ClipOrleans.EndToEnd.Catalogue;

// Danger: every part works alone, and yet words do not find pictures.
// Invariant: text, image, vector and stored document are queries of one space; I7 filters hold and total counts.
// Method: pictures of the sample catalogue through the whole way once, asked in every way the contract knows.
public sealed class PicturesAreFoundTests(EmojiIndex emoji) : IClassFixture<EmojiIndex>
{
    /// <summary>
    /// The model's golden recall at 10 on names of held-out pictures is 0.84 among 360 (models/golden-quality.json); these are 260. Below
    /// this the plumbing is at fault, not the model's taste.
    /// </summary>
    private const double NameRecallAt10 = 0.7;

    /// <summary>The same bytes encoded twice: nothing but float32 rounding may lie between.</summary>
    private const double Same = 0.9995;

    [Fact]
    public async Task Words_find_pictures()
    {
        var searches = emoji.Pictures.Where((_, i) => i % 4 == 0).ToList();
        var found = 0;
        foreach (var batch in searches.Chunk(32))
        {
            var body = new JsonObject { ["searches"] = new JsonArray([.. batch.Select(picture => (JsonNode)new JsonObject { ["text"] = picture.Name })]) };
            var results = (await emoji.Api.PostAsync($"{emoji.Path}/search/batch", body)).Ok()["results"]!.AsArray();
            Assert.Equal(batch.Length, results.Count);
            found += batch.Zip(results).Count(pair => StoredDocuments.Ids(pair.Second!.AsObject()).Contains(pair.First.Id));
        }

        Assert.True(found >= NameRecallAt10 * searches.Count, $"{found} of {searches.Count} names found their picture among the first ten.");
    }

    [Fact]
    public async Task A_picture_finds_itself()
    {
        foreach (var picture in emoji.Pictures.Where((_, i) => i % 40 == 0))
        {
            var query = new JsonObject { ["imageBase64"] = Convert.ToBase64String(picture.Image), ["topK"] = 3 };
            var best = (await emoji.SearchAsync(query))["hits"]![0]!;
            Assert.Equal(picture.Id, StoredDocuments.Id(best));
            Assert.InRange((double)best["score"]!, Same, 1.0001);
            Assert.True(JsonNode.DeepEquals(picture.Metadata, best["metadata"]), best.ToJsonString());
        }
    }

    [Fact]
    public async Task A_stored_vector_and_the_id_of_its_document_ask_the_same()
    {
        var picture = emoji.Pictures[17];
        var document = (await emoji.Api.GetAsync($"{emoji.Path}/documents/{picture.Id}?include=vector")).Ok();
        var vector = StoredDocuments.Floats(document["vector"]);
        Assert.InRange(vector.Sum(value => (double)value * value), 0.9999, 1.0001);

        var byVector = await emoji.SearchAsync(new JsonObject { ["vector"] = document["vector"]!.DeepClone(), ["topK"] = 21 });
        var byId = await emoji.SearchAsync(new JsonObject { ["id"] = picture.Id, ["topK"] = 20 });
        Assert.Equal(picture.Id, StoredDocuments.Ids(byVector)[0]);
        Assert.Equal(StoredDocuments.Ids(byVector).Skip(1), StoredDocuments.Ids(byId));
    }

    [Fact]
    public async Task Weighted_queries_are_summed_and_renormalised()
    {
        (string Text, double Weight)[] parts = [("red apple", 1.0), ("yellow banana", 0.75), ("green leaf", -0.5)];
        var texts = new JsonArray([.. parts.Select(part => (JsonNode)part.Text)]);
        var model = (string)(await emoji.Api.GetAsync(emoji.Path)).Ok()["model"]!;
        var data = (await emoji.Api.PostAsync("v1/embeddings", new JsonObject { ["model"] = model, ["input"] = texts })).Ok()["data"]!.AsArray();
        var embeddings = data.Select(item => StoredDocuments.Floats(item!["embedding"])).ToList();
        var sum = embeddings[0].Select((_, i) => parts.Index().Sum(part => part.Item.Weight * embeddings[part.Index][i])).ToArray();

        var queries = parts.Select(part => (JsonNode)new JsonObject { ["text"] = part.Text, ["weight"] = part.Weight });
        var mixed = await emoji.SearchAsync(new JsonObject { ["queries"] = new JsonArray([.. queries]), ["exact"] = true });
        var summed = await emoji.SearchAsync(new JsonObject { ["vector"] = new JsonArray([.. sum.Select(v => (JsonNode)v)]), ["exact"] = true });

        Assert.Equal(StoredDocuments.Ids(summed), StoredDocuments.Ids(mixed));
        Assert.All(
            summed["hits"]!.AsArray().Zip(mixed["hits"]!.AsArray()),
            pair => Assert.Equal((double)pair.First!["score"]!, (double)pair.Second!["score"]!, 1e-5));
    }

    [Fact]
    public async Task I7_A_filter_holds_for_every_hit_and_total_and_facets_count_exactly()
    {
        foreach (var group in emoji.Pictures.Select(picture => picture.Group).Distinct())
        {
            var expected = emoji.Pictures.Where(picture => picture.Group == group).ToList();
            var query = new JsonObject { ["text"] = "a happy thing", ["filter"] = new JsonObject { ["group"] = group }, ["topK"] = 1000 };
            query["facets"] = new JsonArray("group", "subgroup");
            var answer = await emoji.SearchAsync(query);
            Assert.Equal(expected.Count, (int)answer["total"]!);
            Assert.Equal(expected.Select(picture => picture.Id).Order(StringComparer.Ordinal), StoredDocuments.Ids(answer).Order(StringComparer.Ordinal));
            Assert.Equal(expected.Select(picture => (string)picture.Metadata["subgroup"]!).Distinct().Count(), FacetCounts(answer, "subgroup").Count);
            Assert.Equal(expected.Count, FacetCounts(answer, "subgroup").Values.Sum());
        }
    }

    [Fact]
    public async Task MinScore_cuts_where_it_says_and_include_gives_what_it_says()
    {
        var all = await emoji.SearchAsync(new JsonObject { ["text"] = "animal", ["topK"] = 50 });
        var scores = all["hits"]!.AsArray().Select(hit => (double)hit!["score"]!).ToList();
        var floor = (scores[9] + scores[10]) / 2;
        var cut = await emoji.SearchAsync(new JsonObject { ["text"] = "animal", ["topK"] = 50, ["minScore"] = floor, ["include"] = new JsonArray("vector") });
        Assert.Equal(StoredDocuments.Ids(all).Take(10), StoredDocuments.Ids(cut));
        Assert.All(cut["hits"]!.AsArray(), hit =>
        {
            Assert.Null(hit!["metadata"]);
            Assert.NotEmpty(hit["vector"]!.AsArray());
        });
    }

    [Fact]
    public async Task A_batch_answers_in_order_and_one_bad_search_spoils_no_other()
    {
        var body = JsonNode.Parse("""{"searches":[{"text":"dog"},{"text":"dog","filter":{"nothing":1}},{"text":"cat"}]}""")!;
        var results = (await emoji.Api.PostAsync($"{emoji.Path}/search/batch", body)).Ok()["results"]!.AsArray();
        var dog = await emoji.SearchAsync(new JsonObject { ["text"] = "dog" });
        var cat = await emoji.SearchAsync(new JsonObject { ["text"] = "cat" });
        Assert.Equal(StoredDocuments.Ids(dog), StoredDocuments.Ids(results[0]!.AsObject()));
        Assert.Equal(StoredDocuments.Ids(cat), StoredDocuments.Ids(results[2]!.AsObject()));
        Assert.Equal("urn:cliporleans:error:undeclared-field", (string?)Problem(results[1]!)["type"]);
        Assert.Equal(422, (int?)Problem(results[1]!)["status"]);
    }

    [Fact]
    public async Task A_picture_comes_back_as_a_picture()
    {
        var image = (await emoji.Api.GetAsync($"{emoji.Path}/documents/{emoji.Pictures[3].Id}/image")).Expect(HttpStatusCode.OK);
        Assert.StartsWith("image/", image.MediaType, StringComparison.Ordinal);
        var again = new JsonObject { ["imageBase64"] = Convert.ToBase64String(image.Bytes), ["topK"] = 1 };
        Assert.Equal(emoji.Pictures[3].Id, StoredDocuments.Ids(await emoji.SearchAsync(again)).Single());
    }

    [Fact]
    public async Task Explain_says_what_was_done()
    {
        var answer = await emoji.SearchAsync(new JsonObject { ["text"] = "dog", ["explain"] = true, ["filter"] = new JsonObject { ["group"] = "Animals & Nature" } });
        Assert.NotEmpty(answer["explain"]!.ToJsonString());
        Assert.NotNull(answer["tookMs"]!["total"]);
        Assert.NotNull(answer["queryId"]);
    }

    private static JsonObject Problem(JsonNode result) => (result["problem"] ?? result["error"] ?? result).AsObject();

    private static Dictionary<string, int> FacetCounts(JsonObject answer, string field) => answer["facets"]![field]!.AsArray()
        .ToDictionary(entry => (string)entry!["value"]!, entry => (int)entry!["count"]!);
}

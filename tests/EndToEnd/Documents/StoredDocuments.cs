using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Documents;

/// <summary>Writing and reading documents through the contract.</summary>
internal static class StoredDocuments
{
    public static async Task CreateAsync(Api api, JsonObject index) => (await api.PostAsync("v1/indexes", index)).Expect(HttpStatusCode.Created);

    public static JsonArray Fields(params (string Name, string Type)[] fields) =>
        [.. fields.Select(field => (JsonNode)new JsonObject { ["name"] = field.Name, ["type"] = field.Type })];

    /// <summary>One bulk request in which every document must succeed.</summary>
    public static async Task UpsertAsync(Api api, string index, IEnumerable<JsonObject> documents)
    {
        var body = new JsonObject { ["documents"] = new JsonArray([.. documents]) };
        var answer = (await api.PostAsync($"v1/indexes/{index}/documents", body)).Ok();
        Assert.True((int)answer["failed"]! == 0, answer.ToJsonString());
    }

    /// <summary>Waits until every shard is open. After a start they open on their first use; until then an answer may be partial and says so (I8).</summary>
    public static Task UntilLoadedAsync(Api api, string index) => Deadline.UntilAsync(
        async () => (string?)(await api.GetAsync($"v1/indexes/{index}")).Ok()["status"] == "ready", Deadline.Long, () => $"{index} ready");

    /// <summary>Every document by scrolling, with the order and the cursors checked on the way.</summary>
    public static async Task<List<JsonObject>> ScrollAsync(Api api, string index, int limit = 100, JsonObject? filter = null)
    {
        var all = new List<JsonObject>();
        string? cursor = null;
        do
        {
            var path = $"v1/indexes/{index}/documents?limit={limit}"
                + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")
                + (filter is null ? "" : $"&filter={Uri.EscapeDataString(filter.ToJsonString())}");
            var page = (await api.GetAsync(path)).Ok();
            var documents = page["documents"]!.AsArray();
            Assert.True(documents.Count <= limit);
            all.AddRange(documents.Select(document => document!.AsObject()));
            cursor = (string?)page["cursor"];
            Assert.True(cursor is null || documents.Count > 0, "A page without documents has a cursor.");
        }
        while (cursor is not null);

        var ids = all.Select(Id).ToList();
        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
        return all;
    }

    public static string Id(JsonNode? hitOrDocument) => (string)hitOrDocument!["id"]!;

    public static async Task<JsonObject> SearchAsync(Api api, string index, JsonObject query) =>
        (await api.PostAsync($"v1/indexes/{index}/search", query)).Ok();

    public static List<string> Ids(JsonObject answer) => [.. answer["hits"]!.AsArray().Select(Id)];

    public static float[] Floats(JsonNode? array) => [.. array!.AsArray().Select(value => (float)value!)];
}

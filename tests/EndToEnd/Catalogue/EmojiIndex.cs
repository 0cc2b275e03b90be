using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Catalogue;

/// <summary>Part of the sample catalogue in an index of the shared silo, written once for a class of tests that only read it.</summary>
public sealed class EmojiIndex(SharedSilo shared) : IAsyncLifetime
{
    /// <summary>A quarter of the catalogue: enough that finding the right one is no luck, few enough to encode in seconds.</summary>
    private const int Every = 4;

    internal string Name { get; } = shared.NewIndexName("emoji");

    internal List<Emoji> Pictures { get; } = Emoji.Load(Every);

    internal Api Api => shared.Api;

    internal string Path => $"v1/indexes/{Name}";

    public async ValueTask InitializeAsync()
    {
        await StoredDocuments.CreateAsync(Api, IndexBody(Name));
        foreach (var batch in Pictures.Chunk(64))
        {
            await StoredDocuments.UpsertAsync(Api, Name, batch.Select(picture => picture.Body()));
        }
    }

    public async ValueTask DisposeAsync() => await Api.DeleteAsync(Path);

    internal static JsonObject IndexBody(string name) => new()
    {
        ["name"] = name,
        ["shards"] = 2,
        ["fields"] = StoredDocuments.Fields(("name", "keyword"), ("group", "keyword"), ("subgroup", "keyword"), ("keywords", "keyword[]")),
    };

    internal Task<JsonObject> SearchAsync(JsonObject query) => StoredDocuments.SearchAsync(Api, Name, query);
}

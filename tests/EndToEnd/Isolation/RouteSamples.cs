using System.Text.Json.Nodes;

namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>
/// At least one request of every operation there is. Whoever adds an operation adds its line here, and says what a stranger hears:
/// the walk fails on an operation without one.
/// </summary>
internal static class RouteSamples
{
    /// <summary>Said by each of the tenants and by those who ask, so that it may be in a cache; it names nobody.</summary>
    public const string CommonText = "a striped animal";

    /// <param name="archive">Of an index of the caller's own.</param>
    public static IReadOnlyList<RouteSample> All(byte[] archive) => [.. Indexes(), .. Documents(), .. Searches(), .. Snapshots(archive), .. Keys(), .. Operators()];

    private static IEnumerable<RouteSample> Indexes() =>
    [
        new("live", 200),
        new("ready", 200),
        new("listModels", 200),
        new("createEmbeddings", 200) { Json = _ => new JsonObject { ["model"] = TwoTenants.Model, ["input"] = CommonText } },
        new("listIndexes", 200),
        // The name is another tenant's, and free for everyone else: that it is taken there must not be told.
        new("createIndex", 201) { Json = names => new JsonObject { ["name"] = names.Index, ["model"] = "none", ["dimensions"] = 2 }, Undo = (names, _) => $"v1/indexes/{names.Index}" },
        new("getIndex", 404),
        new("updateIndex", 404) { Json = _ => new JsonObject { ["targetRecall"] = 0.9 } },
        new("deleteIndex", 404),
    ];

    private static IEnumerable<RouteSample> Documents() =>
    [
        new("scrollDocuments", 404),
        new("scrollDocuments", 404) { StatusInOwnIndex = 200, Query = names => $"?limit=2&cursor={names.DocumentCursor}" },
        new("scrollDocuments", 404) { StatusInOwnIndex = 200, Query = names => $"?include=vector&filter={Uri.EscapeDataString(OfBrand(names).ToJsonString())}" },
        new("putDocuments", 404)
        {
            StatusInOwnIndex = 200,
            Json = names => new JsonObject { ["documents"] = new JsonArray(new JsonObject { ["id"] = names.Document, ["text"] = CommonText }) },
            Undo = (names, _) => $"v1/indexes/{TwoTenants.SharedIndex}/documents/{names.Document}",
        },
        new("putDocument", 404)
        {
            StatusInOwnIndex = 201,
            Json = _ => new JsonObject { ["text"] = CommonText },
            Undo = (names, _) => $"v1/indexes/{TwoTenants.SharedIndex}/documents/{names.Document}",
        },
        new("putDocument", 404) { StatusInOwnIndex = 422, Raw = ("image/png", "no picture"u8.ToArray()) },
        new("getDocument", 404) { StatusInOwnIndex = 404 },
        new("getDocument", 404) { StatusInOwnIndex = 404, Query = _ => "?include=vector" },
        new("getDocumentImage", 404) { StatusInOwnIndex = 404 },
        new("patchDocument", 404) { StatusInOwnIndex = 404, Json = _ => new JsonObject { ["metadata"] = new JsonObject { ["price"] = 1 } } },
        new("deleteDocument", 404) { StatusInOwnIndex = 404 },
        new("deleteDocuments", 404) { StatusInOwnIndex = 200, Json = names => new JsonObject { ["ids"] = new JsonArray(names.Document) } },
        new("deleteDocuments", 404) { StatusInOwnIndex = 200, Json = names => new JsonObject { ["filter"] = OfBrand(names) } },
    ];

    private static IEnumerable<RouteSample> Searches() =>
    [
        new("search", 404) { StatusInOwnIndex = 404, Json = names => new JsonObject { ["id"] = names.Document } },
        new("search", 404) { StatusInOwnIndex = 200, Json = _ => Faceted(new JsonObject { ["text"] = CommonText }) },
        new("search", 404) { StatusInOwnIndex = 200, Json = names => Faceted(new JsonObject { ["text"] = CommonText, ["filter"] = OfBrand(names), ["exact"] = true }) },
        new("search", 404) { StatusInOwnIndex = 200, Json = names => Faceted(new JsonObject { ["filter"] = new JsonObject { ["brand"] = new JsonObject { ["$ne"] = names.Value } }, ["include"] = new JsonArray("metadata", "vector") }) },
        new("search", 404) { StatusInOwnIndex = 422, Json = names => new JsonObject { ["filter"] = new JsonObject { [names.Value] = 1 } } },
        new("searchBatch", 404)
        {
            StatusInOwnIndex = 200,
            Json = names => new JsonObject { ["searches"] = new JsonArray(new JsonObject { ["id"] = names.Document }, Faceted(new JsonObject { ["filter"] = OfBrand(names) })) },
        },
    ];

    private static IEnumerable<RouteSample> Snapshots(byte[] archive) =>
    [
        new("createSnapshot", 404),
        new("listSnapshots", 404),
        new("getSnapshot", 404) { StatusInOwnIndex = 404 },
        new("getSnapshotArchive", 404) { StatusInOwnIndex = 404 },
        new("deleteSnapshot", 404) { StatusInOwnIndex = 404 },
        new("restoreSnapshot", 404) { StatusInOwnIndex = 404, Json = names => new JsonObject { ["snapshot"] = names.Snapshot, ["name"] = "restored" } },
        new("restoreArchive", 201) { Query = names => $"?name={names.Index}", Raw = ("application/x-tar", archive), Undo = (names, _) => $"v1/indexes/{names.Index}" },
    ];

    private static IEnumerable<RouteSample> Keys() =>
    [
        new("createKey", 201)
        {
            // Whether an index of the name is there, or is another's, is not told by the making of a key for it.
            Json = names => new JsonObject { ["name"] = "for one index", ["role"] = "read", ["indexes"] = new JsonArray(names.Index) },
            Undo = (_, heard) => $"v1/keys/{heard.MadeKey()}",
        },
        new("listKeys", 200),
        new("getKey", 404),
        new("deleteKey", 404),
    ];

    /// <summary>Those take the operator's key: no key of a tenant hears anything else than that.</summary>
    private static IEnumerable<RouteSample> Operators() =>
    [
        new("getCluster", 403),
        new("createTenant", 403) { Json = names => new JsonObject { ["id"] = names.Tenant } },
        new("listTenants", 403),
        new("listTenants", 403) { Query = names => $"?cursor={names.TenantCursor}" },
        new("getTenant", 403),
        new("deleteTenant", 403),
        new("createTenantKey", 403) { Json = _ => new JsonObject { ["name"] = "mine", ["role"] = "admin" } },
        new("listTenantKeys", 403),
        new("getTenantKey", 403),
        new("deleteTenantKey", 403),
    ];

    private static JsonObject OfBrand(Names names) => new() { ["brand"] = names.Value };

    private static JsonObject Faceted(JsonObject search)
    {
        search["facets"] = new JsonArray("brand", "price");
        return search;
    }
}

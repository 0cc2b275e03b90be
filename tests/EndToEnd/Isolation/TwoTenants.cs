using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>
/// One server with keys and two tenants. The second has an index under a name of its own and one under a name that the first uses too,
/// with the same ids in it. Whatever the second has bears a marker that nothing else has.
/// </summary>
public sealed class TwoTenants : IAsyncLifetime
{
    internal const string Model = "fashion-clip-mini";

    /// <summary>In every name and value of the second tenant that it chooses itself.</summary>
    internal const string Marker = "zebra";

    /// <summary>As long as the marker, and in nothing that exists. Ids of the first tenant come before both: a cursor of either is behind them.</summary>
    internal const string Ghost = "ghost";

    /// <summary>The name that both tenants use.</summary>
    internal const string SharedIndex = "shop";

    /// <summary>An index of the first tenant for which one of its keys is not.</summary>
    internal const string OtherIndex = "attic";

    private const string FirstTenant = "anna";

    private readonly TempFolder _data = new();
    private SiloProcess? _silo;
    private Api? _operator;

    internal SiloProcess Silo => _silo!;

    internal string Data => _data.Path;

    /// <summary>The first tenant, by its admin's key.</summary>
    internal Api First { get; private set; } = null!;

    /// <summary>The second tenant, by its admin's key.</summary>
    internal Api Second { get; private set; } = null!;

    /// <summary>What is the second tenant's.</summary>
    internal Names Foreign { get; private set; } = null!;

    /// <summary>Everybody who comes to the door.</summary>
    internal IReadOnlyList<Visitor> Visitors { get; private set; } = [];

    /// <summary>The second tenant's own reader: to him all of it is to be told.</summary>
    internal Visitor Owner { get; private set; } = null!;

    internal Visitor SecondAdmin { get; private set; } = null!;

    /// <summary>An index of the first tenant as a file.</summary>
    internal byte[] Archive { get; private set; } = [];

    /// <summary>What the first tenant heard of its own before there was a second one.</summary>
    internal IReadOnlyList<string> Before { get; private set; } = [];

    /// <summary>Every key that the server ever told.</summary>
    internal List<string> Keys { get; } = [];

    public async ValueTask InitializeAsync()
    {
        _silo = await SiloProcess.StartAsync(_data.Path, "--Auth:Mode=keys");
        var operatorKey = (await File.ReadAllTextAsync(Path.Combine(_data.Path, "operator.key"))).Trim();
        _operator = new Api(_silo.Address, operatorKey);
        await SettleFirstAsync(operatorKey);
        Before = await OwnViewAsync();
        await SettleSecondAsync();
    }

    /// <summary>All that the first tenant hears of its own: lists, documents, searches with counts.</summary>
    internal async Task<IReadOnlyList<string>> OwnViewAsync()
    {
        var admin = Visitors.First(visitor => visitor is { Role: "admin", OnlyIndex: null });
        using var door = new Door(Silo.Address);
        var heard = new List<string>();
        string[] paths = ["v1/indexes", "v1/keys", "v1/models", $"v1/indexes/{SharedIndex}", $"v1/indexes/{SharedIndex}/snapshots", $"v1/indexes/{SharedIndex}/documents?include=vector"];
        foreach (var path in paths)
            heard.Add((await door.AskAsync(admin, HttpMethod.Get, path)).Settled());
        foreach (var sample in RouteSamples.All([]).Where(sample => sample is { Operation: "search", StatusInOwnIndex: 200 }))
            heard.Add((await door.AskAsync(admin, HttpMethod.Post, $"v1/indexes/{SharedIndex}/search", sample.Body(new("", "", "", "", "", "no-brand")))).Settled());
        return heard;
    }

    public async ValueTask DisposeAsync()
    {
        _operator?.Dispose();
        First?.Dispose();
        Second?.Dispose();
        if (_silo is not null)
            await _silo.DisposeAsync();
        _data.Dispose();
    }

    private async Task SettleFirstAsync(string operatorKey)
    {
        var admin = await TenantAsync(FirstTenant);
        First = new Api(Silo.Address, admin.Key);
        await FillAsync(First, SharedIndex, "anna-brand", ["a-document", "both-document"], every: 512);
        await StoredDocuments.CreateAsync(First, new JsonObject { ["name"] = OtherIndex, ["model"] = "none", ["dimensions"] = 2 });
        Archive = (await First.GetAsync($"v1/indexes/{SharedIndex}/snapshots/{await SnapshotAsync(First, SharedIndex)}/archive")).Expect(HttpStatusCode.OK).Bytes;
        var (read, write, limited, ended) = (await KeyAsync(First, "read"), await KeyAsync(First, "write"), await KeyAsync(First, "admin", OtherIndex), await KeyAsync(First, "admin"));
        (await First.DeleteAsync($"v1/keys/{ended.Id}")).Expect(HttpStatusCode.NoContent);
        Visitors =
        [
            new("no key", null, "", null),
            new("a key that nobody has", "Authorization", string.Concat(admin.Key.AsSpan(0, admin.Key.Length - 5), "00000"), null),
            new("a deleted key", "Authorization", ended.Key, null),
            new("read", "Authorization", read.Key, "read"),
            new("write", "x-api-key", write.Key, "write"),
            new("admin", "Authorization", admin.Key, "admin"),
            new("admin, x-api-key", "x-api-key", admin.Key, "admin"),
            new("admin for one index", "Authorization", limited.Key, "admin", OtherIndex),
            new("operator", "x-api-key", operatorKey, "operator"),
        ];
    }

    private async Task SettleSecondAsync()
    {
        const string tenant = $"{Marker}-tenant", index = $"{Marker}-shop", document = $"{Marker}-document", brand = $"{Marker}-brand";
        var admin = await TenantAsync(tenant);
        Second = new Api(Silo.Address, admin.Key);
        await FillAsync(Second, index, brand, [document, "both-document"], every: 256);
        await FillAsync(Second, SharedIndex, brand, [document, "a-document", "both-document"], every: 256);
        var snapshot = await SnapshotAsync(Second, index);
        await SnapshotAsync(Second, SharedIndex);
        var reader = await KeyAsync(Second, "read");
        Foreign = new Names(tenant, index, document, snapshot, reader.Id, brand);
        Owner = new Visitor("the owner", "Authorization", reader.Key, "read");
        SecondAdmin = new Visitor("the owner's admin", "Authorization", admin.Key, "admin");
        // What lies in caches by now was put there by the second tenant.
        await StoredDocuments.SearchAsync(Second, index, new JsonObject { ["text"] = RouteSamples.CommonText });
    }

    private async Task<(string Id, string Key)> TenantAsync(string id)
    {
        (await _operator!.PostAsync("admin/v1/tenants", new JsonObject { ["id"] = id })).Expect(HttpStatusCode.Created);
        return Made(await _operator.PostAsync($"admin/v1/tenants/{id}/keys", new JsonObject { ["name"] = $"{id}, first", ["role"] = "admin" }));
    }

    private async Task<(string Id, string Key)> KeyAsync(Api tenant, string role, string? index = null)
    {
        var wish = new JsonObject { ["name"] = ReferenceEquals(tenant, Second) ? $"{Marker}-key" : role, ["role"] = role };
        if (index is not null)
            wish["indexes"] = new JsonArray(index);
        return Made(await tenant.PostAsync("v1/keys", wish));
    }

    private (string Id, string Key) Made(Answer answer)
    {
        var made = answer.Expect(HttpStatusCode.Created).Json;
        Keys.Add((string)made["key"]!);
        return ((string)made["id"]!, (string)made["key"]!);
    }

    private static async Task<string> SnapshotAsync(Api tenant, string index) =>
        (string)(await tenant.SendBytesAsync(HttpMethod.Post, $"v1/indexes/{index}/snapshots", [], null)).Expect(HttpStatusCode.Created).Json["id"]!;

    /// <summary>Pictures under the given ids first, then some more.</summary>
    private static async Task FillAsync(Api tenant, string index, string brand, string[] ids, int every)
    {
        var fields = StoredDocuments.Fields(("brand", "keyword"), ("price", "number"));
        await StoredDocuments.CreateAsync(tenant, new JsonObject { ["name"] = index, ["model"] = Model, ["fields"] = fields, ["keepImages"] = "original" });
        await StoredDocuments.UpsertAsync(tenant, index, Emoji.Load(every).Select((picture, i) => new JsonObject
        {
            ["id"] = i < ids.Length ? ids[i] : $"{brand}-{i}",
            ["imageBase64"] = Convert.ToBase64String(picture.Image),
            ["metadata"] = new JsonObject { ["brand"] = brand, ["price"] = i },
        }));
    }
}

using System.Text;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Embeddings;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Tenants;
using ClipOrleans.Tests.Corpora;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>JSON bodies of searches, embeddings, index settings, tenants and keys; the first byte says which.</summary>
internal sealed class BodiesTarget : FuzzTarget
{
    private static readonly LimitOptions Limits = new() { MaxImageBytes = 1_024, MaxTextLength = 200 };
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Good =
    [
        """a{"text":"a red shoe","filter":{"colour":"red","price":{"$lt":10}},"topK":5,"offset":2,"minScore":0.1,"exact":true,"include":["metadata","vector"],"facets":["colour","tags"],"groupBy":"colour","groupSize":2,"diversity":0.5,"timeoutMs":100,"partial":"fail","explain":true}""",
        """a{"queries":[{"text":"a","weight":-2.5},{"vector":[1,0,0.5]},{"imageUrl":"https://example.org/a.png"},{"id":"d1"},{"imageBase64":"iVBORw0KGgo="}],"topK":1000}""",
        """b{"vector":[0.1,-2e3,0]}""",
        """a{"filter":{}}""",
        """c{"model":"toy","input":["a",{"text":"b"},{"imageBase64":"AAAA"},{"imageUrl":"http://example.org/"}],"encoding_format":"base64","dimensions":3,"user":"me"}""",
        """c{"model":"toy","input":"a red shoe"}""",
        """d{"name":"shop","model":"none","dimensions":512,"fields":[{"name":"colour","type":"keyword"},{"name":"p","type":"keyword[]"}],"shards":4,"targetRecall":0.99,"keepImages":"original","quantization":"int8","replicas":1}""",
        """e{"fields":[{"name":"x","type":"geo"}],"targetRecall":0.5,"keepImages":"none","quantization":"binary","replicas":0}""",
        """f{"id":"acme","quotas":{"maxIndexes":1,"maxDocuments":2,"maxBytes":3,"requestsPerMinute":4,"encodesPerMinute":5}}""",
        """g{"name":"ci","role":"write","indexes":["shop","shop"],"expiresAt":"2027-01-01T00:00:00Z"}""",
    ];

    public override string Name => "bodies";

    public override string Promise => "a request that is whole, or a problem of the caller's";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Good.Select(Encoding.UTF8.GetBytes),
        .. MalformedRequests.For("shop").Where(request => request.Body is { Length: > 0 and < 2_000 } && request.ContentType == "application/json")
            .Select(request => (byte[])[request.Path.Contains("search", StringComparison.Ordinal) ? (byte)'a' : request.Path.Contains("embed", StringComparison.Ordinal) ? (byte)'c' : (byte)'d', .. request.Body!]),
    ];

    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "text", "imageUrl", "imageBase64", "vector", "id", "queries", "weight", "filter", "topK", "offset", "minScore", "exact", "include", "facets", "groupBy", "groupSize", "diversity",
        "timeoutMs", "partial", "explain", "model", "input", "dimensions", "name", "fields", "type", "shards", "targetRecall", "keepImages", "quantization", "replicas", "quotas", "role",
        "indexes", "expiresAt", "\"none\"", "\"geo\"", "\"keyword[]\"", "\"admin\"", "\"2027-01-01T00:00:00Z\"", "$and", "$near", "http://user@host/", "data:image/png;base64,",
    ];

    public override string Run(byte[] input)
    {
        var parsed = StrictJson.Parse(input.AsMemory(Math.Min(1, input.Length)));
        if (!parsed.IsSuccess)
            return Answers.Refusal(parsed.Error);
        using var document = parsed.Value;
        var root = document.RootElement;
        return (input[0] % 7) switch
        {
            'a' % 7 => Searched(root, OpenIndexes.WithModel),
            'b' % 7 => Searched(root, OpenIndexes.WithoutModel),
            'c' % 7 => Told(EmbeddingRequests.Read(root, Limits), query =>
            {
                BrokenPromiseException.Unless(query.Inputs.Count is > 0 and <= 1_000 && query.Model.Length > 0, "embeddings of nothing");
                query.Dispose();
            }),
            'd' % 7 => Told(IndexRequests.ReadCreate(root), static wish => _ = new FieldSchema([.. wish.Fields.Select(field => new FieldDefinition(
                field.Name, FieldTypes.TryParse(field.Type, out var type) ? type : throw new BrokenPromiseException($"an unknown type: {field.Type}")))])),
            'e' % 7 => Told(IndexRequests.ReadUpdate(root), static _ => { }),
            'f' % 7 => Told(TenantRequests.ReadCreate(root), static tenant => BrokenPromiseException.Unless(tenant.Id.Value.Length > 0, "a tenant without id")),
            _ => Told(TenantRequests.ReadKey(root, Now), static key => BrokenPromiseException.Unless(key.Name.Length > 0 && key.Scope.Role != 0, "a key without role")),
        };
    }

    private static string Searched(JsonElement root, OpenIndex index) => Told(new SearchReader(index, Limits).Read(root), query =>
    {
        using (query)
        {
            BrokenPromiseException.Unless(query.Parts.Count > 0 || query.Filter is not null, "a search for nothing");
            BrokenPromiseException.Unless(query.TopK >= 1 && query.Window <= Contracts.Limits.MaxWindow && query.Diversity is >= 0 and <= 1, "a window beyond its limits");
            BrokenPromiseException.Unless(query.Filter is null || FilterParser.TryParse(query.Filter, index.Schema, out _, out _), "a filter that the shards do not take");
        }
    });

    private static string Told<T>(Result<T> result, Action<T> check)
    {
        if (!result.IsSuccess)
            return Answers.Refusal(result.Error);
        check(result.Value);
        return typeof(T).Name;
    }
}

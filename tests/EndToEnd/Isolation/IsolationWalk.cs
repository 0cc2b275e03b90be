using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>
/// Walks every operation of the served OpenAPI document with what is the second tenant's. Three things are looked at: the status, which
/// follows from the role and from nothing else; that no answer holds what its request did not say; and that the same request for a twin
/// that does not exist is answered by the same bytes.
/// </summary>
internal sealed class IsolationWalk(TwoTenants stage, Door door)
{
    /// <summary>Paths that the document does not tell: pages, unknown ones, wrong methods.</summary>
    private static readonly (string Method, string Path)[] Untold =
    [
        ("GET", "/"), ("GET", "/openapi/v1.json"), ("GET", "/docs/"), ("GET", "/v1/indexes/{index}/nothing"), ("PUT", "/v1/indexes/{index}"), ("HEAD", "/v1/indexes/{index}"),
        ("POST", "/v1/indexes/{index}/documents/{id}"), ("GET", "/v1/tenants/{tenant}"), ("GET", "/v1/jobs/{key}"), ("GET", "/tenants/{tenant}/indexes/{index}"),
        ("GET", "/v1/indexes/..%2F..%2F{tenant}%2Findexes%2F{index}"), ("GET", "/v1/indexes/{tenant}%2F{index}"), ("GET", "/v1/indexes/{tenant}/{index}"), ("OPTIONS", "/v1/indexes/{index}/search"),
    ];

    private readonly List<string> _findings = [];
    private readonly HashSet<(string Operation, string Visitor)> _pairs = [];

    public IReadOnlyList<string> Findings => _findings;

    /// <summary>Operations times visitors.</summary>
    public int Pairs => _pairs.Count;

    public int Operations { get; private set; }

    public async Task RunAsync(IReadOnlyList<Visitor> visitors)
    {
        var operations = await OperationsAsync();
        var samples = RouteSamples.All(stage.Archive);
        Operations = operations.Count;
        _findings.AddRange(operations.Keys.Except(samples.Select(sample => sample.Operation)).Select(id => $"{id}: no sample; add one to {nameof(RouteSamples)}"));
        _findings.AddRange(samples.Select(sample => sample.Operation).Except(operations.Keys).Select(id => $"{id}: a sample of no operation"));
        foreach (var sample in samples.Where(sample => operations.ContainsKey(sample.Operation)))
        {
            foreach (var visitor in visitors.Where(visitor => visitor.Role != "operator" || operations[sample.Operation].Role != "operator"))
                await WalkAsync(operations[sample.Operation], sample, visitor);
        }

        foreach (var (method, path) in Untold)
        {
            foreach (var visitor in visitors)
                await CompareAsync(new(method, path, null), new RouteSample($"{method} {path}", 0), visitor, stage.Foreign, stage.Foreign.Twin(), null);
        }
    }

    /// <summary>For the report.</summary>
    public string Summary(int visitors) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Operations} operations x {visitors} credentials = {_pairs.Count} pairs (those of the operator with the operator's key left out), {Untold.Length} other paths, {door.Asked} requests, leaks {_findings.Count}");

    private async Task<Dictionary<string, Route>> OperationsAsync()
    {
        var document = JsonNode.Parse((await door.AskAsync(stage.Visitors[0], HttpMethod.Get, "openapi/v1.json")).Body)!;
        return (from path in document["paths"]!.AsObject()
                from operation in path.Value!.AsObject()
                let role = (string?)operation.Value!["security"]?[0]?["bearer"]?[0]
                select ((string)operation.Value!["operationId"]!, new Route(operation.Key.ToUpperInvariant(), path.Key, role, IsOfAllIndexes(operation.Value!)))).ToDictionary();
    }

    /// <summary>The document has words for it, and no member.</summary>
    private static bool IsOfAllIndexes(JsonNode operation) => ((string?)operation["description"])?.Contains("that is for all indexes", StringComparison.Ordinal) == true;

    private async Task WalkAsync(Route route, RouteSample sample, Visitor visitor)
    {
        _pairs.Add((sample.Operation, visitor.Name));
        var (foreign, twin) = (stage.Foreign, stage.Foreign.Twin());
        var turned = visitor.TurnedAwayWith(route.Role);
        await CompareAsync(route, sample, visitor, foreign, twin, turned ?? StatusFor(sample, visitor, route));
        if (sample.StatusInOwnIndex is not { } inOwn)
            return;
        var isHidden = visitor.OnlyIndex is not null and not TwoTenants.SharedIndex;
        var (inside, twinInside) = (foreign with { Index = TwoTenants.SharedIndex }, twin with { Index = TwoTenants.SharedIndex });
        await CompareAsync(route, sample, visitor, inside, twinInside, turned ?? (isHidden ? 404 : inOwn));
    }

    /// <summary>What is not of the index that a key is for is not there; what would be of all indexes is not for it.</summary>
    private static int StatusFor(RouteSample sample, Visitor visitor, Route route) =>
        visitor.OnlyIndex is null ? sample.Status
        : route.Path.Contains("{index}", StringComparison.Ordinal) ? 404
        : route.IsOfAllIndexes ? 403
        : sample.Status;

    private async Task CompareAsync(Route route, RouteSample sample, Visitor visitor, Names names, Names twin, int? expected)
    {
        var (path, heard) = await AskAsync(route, sample, visitor, names);
        var (_, heardOfTwin) = await AskAsync(route, sample, visitor, twin);
        var label = $"{visitor.Name}: {route.Method} /{path}";
        if (expected is not null && heard.Status != expected)
            _findings.Add($"{label}: {heard.Status} instead of {expected}: {Short(heard.Body)}");
        var said = await SaidAsync(path, sample, names);
        foreach (var secret in stage.Foreign.All.Append(TwoTenants.Marker).Where(secret => !said.Contains(secret, StringComparison.Ordinal) && heard.Whole.Contains(secret, StringComparison.Ordinal)))
            _findings.Add($"{label}: tells '{secret}': {Short(heard.Whole)}");
        var (of, ofTwin) = (As(heard.Settled(), names, twin), heardOfTwin.Settled());
        if (of != ofTwin)
            _findings.Add($"{label}: another answer than for what does not exist:\n  {Short(of)}\n  {Short(ofTwin)}");
    }

    private async Task<(string Path, Heard Heard)> AskAsync(Route route, RouteSample sample, Visitor visitor, Names names)
    {
        var path = sample.PathOf(route.Path, names);
        var heard = await door.AskAsync(visitor, new HttpMethod(route.Method), path, sample.Body(names));
        if (heard.Status is 200 or 201 && sample.Undo is not null)
            (await stage.First.DeleteAsync(sample.Undo(names, heard))).Expect(System.Net.HttpStatusCode.NoContent);
        return (path, heard);
    }

    private static async Task<string> SaidAsync(string path, RouteSample sample, Names names)
    {
        using var body = sample.Body(names);
        return $"{path}\n{Uri.UnescapeDataString(path)}\n{(body is null ? "" : Encoding.Latin1.GetString(await body.ReadAsByteArrayAsync()))}";
    }

    private static string As(string text, Names names, Names twin) =>
        names.All.Zip(twin.All).Where(pair => pair.First != pair.Second).Aggregate(text, (whole, pair) => whole.Replace(pair.First, pair.Second, StringComparison.Ordinal));

    private static string Short(string text) => (text.Length > 600 ? text[..600] + "…" : text).ReplaceLineEndings(" ");

    private sealed record Route(string Method, string Path, string? Role, bool IsOfAllIndexes = false);
}

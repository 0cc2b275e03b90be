using System.Text.Json.Nodes;
using ClipOrleans.Repository.Tests.Deploy.Yaml;
using ClipOrleans.Repository.Tests.Sources;
using Json.Schema;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

// Danger: a value misspelt is passed over by Helm in silence, and the operator believes that it holds.
// Invariant: values.schema.json, by which Helm checks, knows every value and no other, and takes what can be.
// Method: the schema against values.yaml, every file of deploy/chart/ci, and values that cannot be.
public sealed class ValuesSchemaTests
{
    private static JsonSchema Schema { get; } = JsonSchema.FromText(Chart.Text("values.schema.json"));

    public static TheoryData<string> Scenarios { get; } = [.. Chart.Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void The_values_of_every_scenario_are_possible(string scenario) => Assert.Empty(Problems(Chart.Scenarios[scenario]));

    [Theory]
    [InlineData("shard: {replicas: 3}")]
    [InlineData("shards: {replica: 3}")]
    [InlineData("shards: {replicas: 0}")]
    [InlineData("shards: {replicas: \"3\"}")]
    [InlineData("shards: {terminationGracePeriodSeconds: 60}")]
    [InlineData("gateways: {terminationGracePeriodSeconds: 180}")]
    [InlineData("shards: {resources: {limits: {cpu: 1, memory: 1Gi, gpu: {}}}}")]
    [InlineData("cluster: {provider: localhost}")]
    [InlineData("cluster: {siloPort: 80}")]
    [InlineData("cluster: {existingSecret: \"Not_A_Name\"}")]
    [InlineData("image: {tag: latest}")]
    [InlineData("gateways: {proxy: {image: \"nginx:stable\"}}")]
    [InlineData("gateways: {proxy: {anonymous: \"true\"}}")]
    [InlineData("storage: {size: 100GB}")]
    [InlineData("auth: {mode: off1}")]
    [InlineData("settings: {SearchThreads: 4}")]
    [InlineData("settings: {\"Search:Threads\": {}}")]
    [InlineData("service: {type: ExternalName}")]
    [InlineData("networkPolicy: {metricsFrom: {}}")]
    public void A_value_that_cannot_be_is_refused(string values) => Assert.NotEmpty(Problems(values));

    [Fact]
    public void The_schema_knows_every_value_and_no_other()
    {
        var schema = JsonNode.Parse(Chart.Text("values.schema.json"))!;
        Assert.Equal(Keys(Chart.Defaults, schema, schema, "").Order(), Known(schema, schema, "").Where(key => key != ".global").Order());
    }

    [Fact]
    public void Every_value_is_used_and_explained()
    {
        var schema = JsonNode.Parse(Chart.Text("values.schema.json"))!;
        var templates = string.Concat(RepositoryTree.Files.Where(file => file.Path.StartsWith(Chart.Folder + "templates/", StringComparison.Ordinal)).Select(file => file.Text));
        var page = Chart.Text("README.md");
        foreach (var key in Known(schema, schema, "").Where(key => key != ".global").Select(key => key.Split(".resources")[0]).Distinct())
        {
            var last = key[(key.LastIndexOf('.') + 1)..];
            Assert.Contains($".{last}", templates, StringComparison.Ordinal);
            Assert.True(page.Contains($"`{key[1..]}`", StringComparison.Ordinal) || page.Contains($"`{last}`", StringComparison.Ordinal), $"{Chart.Folder}README.md does not explain {key[1..]}");
        }
    }

    private static List<string> Problems(string values)
    {
        var merged = Chart.Merge(Chart.Defaults, (YamlMap)YamlValue.Read(values)!);
        var results = Schema.Evaluate(System.Text.Json.JsonSerializer.SerializeToElement(Json(merged)), new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid ? [] : ["it is not possible", .. (results.Details ?? []).Where(detail => detail.Errors is not null).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")];
    }

    private static JsonNode? Json(object? value) => value switch
    {
        YamlMap map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Json(pair.Value)))),
        List<object?> list => new JsonArray([.. list.Select(Json)]),
        string text => text,
        bool flag => flag,
        long number => number,
        double number => number,
        _ => null,
    };

    /// <summary>The keys of values, down to where the schema leaves them to the operator.</summary>
    private static IEnumerable<string> Keys(object? value, JsonNode? schema, JsonNode root, string path) =>
        value is YamlMap map && Follow(schema, root)?["properties"] is { } properties
            ? map.SelectMany(pair => Keys(pair.Value, properties[pair.Key], root, $"{path}.{pair.Key}"))
            : [path];

    private static IEnumerable<string> Known(JsonNode? schema, JsonNode root, string path) =>
        Follow(schema, root)?["properties"] is JsonObject properties
            ? properties.SelectMany(pair => Known(pair.Value, root, $"{path}.{pair.Key}"))
            : [path];

    private static JsonNode? Follow(JsonNode? schema, JsonNode root) =>
        (string?)schema?["$ref"] is { } reference ? root["definitions"]![reference.Split('/')[^1]] : schema;
}

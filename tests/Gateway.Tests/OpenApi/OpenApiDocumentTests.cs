using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.OpenApi;

// Danger: a change of the API that nobody meant, and documentation that no longer says what the server does.
// Invariant: docs/openapi.json is what the server describes; every operation has examples and problems; nothing is loaded from elsewhere.
// Method: compare; to accept a change, write the new document with CLIPORLEANS_WRITE_OPENAPI=1.
public sealed class OpenApiDocumentTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_in_the_repository_is_the_one_that_is_served()
    {
        await using var host = await GatewayHost.StartAsync();
        var served = (await host.GetAsync("/openapi/v1.json")).Ok().ToJsonString(Indented) + "\n";
        var path = RepositoryPath.Of("docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("CLIPORLEANS_WRITE_OPENAPI") == "1")
            await File.WriteAllTextAsync(path, served);
        Assert.Equal(await File.ReadAllTextAsync(path), served);
    }

    [Fact]
    public async Task Every_operation_has_a_summary_an_example_of_each_json_body_and_its_problems()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var (path, _, operation) in Operations((await host.GetAsync("/openapi/v1.json")).Ok()))
        {
            var id = (string?)operation["operationId"];
            Assert.False(string.IsNullOrEmpty(id), path);
            Assert.False(string.IsNullOrEmpty((string?)operation["summary"]), id);
            var responses = operation["responses"]!.AsObject();
            Assert.All(
                responses.Where(response => response.Key[0] == '2').SelectMany(JsonBodies), body => Assert.True(body["example"] is not null, $"{id}: an answer without example"));
            Assert.All(
                JsonBodies(new("request", operation["requestBody"])), body => Assert.True(body["example"] is not null, $"{id}: a request without example"));
            if (path.StartsWith("/v1", StringComparison.Ordinal))
                Assert.Contains("500", responses.Select(response => response.Key));
        }
    }

    [Fact]
    public async Task Every_operation_under_v1_and_admin_tells_the_role_of_its_key_and_the_problems_of_a_wrong_one()
    {
        await using var host = await GatewayHost.StartAsync();
        var document = (await host.GetAsync("/openapi/v1.json")).Ok();
        var schemes = document["components"]!["securitySchemes"]!;
        Assert.Equal(("http", "bearer"), ((string?)schemes["bearer"]!["type"], (string?)schemes["bearer"]!["scheme"]));
        Assert.Equal(("apiKey", "header", "x-api-key"), ((string?)schemes["apiKey"]!["type"], (string?)schemes["apiKey"]!["in"], (string?)schemes["apiKey"]!["name"]));
        foreach (var (path, method, operation) in Operations(document))
        {
            var roles = operation["security"]?.AsArray().Select(way => $"{way!.AsObject().Single().Key}:{(string?)way.AsObject().Single().Value!.AsArray().Single()}").ToArray();
            if (!path.StartsWith("/v1", StringComparison.Ordinal) && !path.StartsWith("/admin", StringComparison.Ordinal))
            {
                Assert.True(roles is null, $"{method} {path} wants a key");
                continue;
            }

            string[] allowed = path.StartsWith("/admin", StringComparison.Ordinal) ? ["operator"] : ["read", "write", "admin"];
            Assert.True(allowed.Any(role => roles is [var first, var second] && first == $"bearer:{role}" && second == $"apiKey:{role}"), $"{method} {path}: {operation["security"]?.ToJsonString()}");
            Assert.All(["401", "403"], status => Assert.True(operation["responses"]![status] is not null, $"{method} {path} without {status}"));
        }
    }

    [Fact]
    public async Task Every_example_is_a_request_that_the_server_takes()
    {
        await using var host = await GatewayHost.StartAsync();
        var operations = Operations((await host.GetAsync("/openapi/v1.json")).Ok()).ToDictionary(operation => (string)operation.Operation["operationId"]!);
        string[] first = ["createIndex", "updateIndex"];
        foreach (var id in first.Concat(operations.Keys.Except(first)))
        {
            var (path, method, operation) = operations[id];
            if (JsonBodies(new("request", operation["requestBody"])).FirstOrDefault()?["example"] is not { } example)
                continue;
            var address = path.Replace("{index}", "shop", StringComparison.Ordinal).Replace("{id}", "12345", StringComparison.Ordinal).Replace("{tenant}", "acme", StringComparison.Ordinal);
            var answer = await host.SendAsync(new HttpMethod(method.ToUpperInvariant()), address, GatewayHost.Json(example.ToJsonString()));
            Assert.False((int)answer.Status is 400 or 405 or 415 or 500, $"{id}: {answer.Text}");
        }
    }

    [Fact]
    public async Task The_documentation_page_brings_everything_itself()
    {
        await using var host = await GatewayHost.StartAsync();
        var page = await host.GetAsync("/docs");
        if ((int)page.Status is 301 or 302)
            page = await host.GetAsync(page.Headers.Location!.ToString());
        var html = page.Expect(System.Net.HttpStatusCode.OK).Text;
        Assert.Equal("text/html", page.MediaType);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        var landing = (await host.GetAsync("/")).Expect(System.Net.HttpStatusCode.OK).Text;
        Assert.Contains("href=\"/docs\"", landing, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonObject> JsonBodies(KeyValuePair<string, JsonNode?> holder) =>
        (holder.Value?["content"]?.AsObject() ?? []).Where(content => content.Key == "application/json").Select(content => content.Value!.AsObject());

    private static IEnumerable<(string Path, string Method, JsonObject Operation)> Operations(JsonObject document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (path.Key, operation.Key, operation.Value!.AsObject())));
}

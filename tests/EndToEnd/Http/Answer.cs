using System.Net;
using System.Text.Json.Nodes;

namespace ClipOrleans.EndToEnd.Http;

/// <summary>What came back: status, media type, bytes, and the JSON in them.</summary>
internal sealed record Answer(HttpStatusCode Status, string? MediaType, byte[] Bytes, string Request)
{
    public int Code => (int)Status;

    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);

    public JsonObject Json => JsonNode.Parse(Bytes) as JsonObject ?? throw new InvalidDataException($"{Request}: no JSON object: {Text}");

    /// <summary>This answer if it has the status, otherwise a failed test that shows the whole of it.</summary>
    public Answer Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{Request}: expected {(int)status}, got {Code}: {Text}");
        return this;
    }

    public JsonObject Ok() => Expect(HttpStatusCode.OK).Json;

    /// <summary>Checks that this is a problem as RFC 9457 and the contract want it, and gives its slug.</summary>
    public string Slug()
    {
        const string prefix = "urn:cliporleans:error:";
        Assert.True(MediaType == "application/problem+json", $"{Request}: {Code} with {MediaType}: {Text}");
        var problem = Json;
        var type = (string?)problem["type"];
        Assert.True(type?.StartsWith(prefix, StringComparison.Ordinal), $"{Request}: type {type}");
        Assert.True((int?)problem["status"] == Code, $"{Request}: status {problem["status"]} in the body of a {Code}");
        Assert.False(string.IsNullOrWhiteSpace((string?)problem["title"]), $"{Request}: no title: {Text}");
        Assert.False(string.IsNullOrWhiteSpace((string?)problem["detail"]), $"{Request}: no detail: {Text}");
        Assert.False(string.IsNullOrWhiteSpace((string?)problem["traceId"]), $"{Request}: no traceId: {Text}");
        return type![prefix.Length..];
    }
}

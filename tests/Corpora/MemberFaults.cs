using System.Text;

namespace ClipOrleans.Tests.Corpora;

/// <summary>Requests that are JSON, but whose members are not what they should be.</summary>
internal static class MemberFaults
{
    private static readonly string[] NoText = ["1", "true", "[]", "{}", "[\"x\"]"];
    private static readonly string[] NoNumber = ["\"1\"", "true", "[]", "{}", "[1]"];
    private static readonly string[] NoFlag = ["\"true\"", "1", "0", "[]", "{}"];
    private static readonly string[] NoObject = ["\"x\"", "1", "true", "[]", "[{}]"];
    private static readonly string[] NoArray = ["\"x\"", "1", "true", "{}"];

    private static readonly string LongText = $"\"{new string('a', 10_001)}\"";

    public static IEnumerable<MalformedRequest> Of(string index) =>
        from fault in Indexes().Concat(Document(index)).Concat(Patches(index)).Concat(Deletes(index)).Concat(Searches(index)).Concat(Filters(index)).Concat(Bulk(index)).Concat(Embeddings())
        let body = Encoding.UTF8.GetBytes(fault.Body)
        select new MalformedRequest($"{fault.Method} {fault.Path} {Shorten(fault.Body)}", fault.Method, fault.Path, "application/json", body, fault.Status);

    private static IEnumerable<Fault> Indexes()
    {
        var create = new Target("POST", "/v1/indexes", "\"name\":\"never-made\"");
        string[] names = ["", "A", "-a", "_a", "a b", "a.b", "a/b", "..", "ü", "a\\u0000", new('a', 64), "a\\n"];
        return
        [
            .. create.Each("model", NoText, 400), .. create.Each("dimensions", [.. NoNumber, "0", "-1", "1.5", "4097", "1e99", "99999999999"], 400),
            .. create.Each("fields", [.. NoArray, "[1]", "[null]", "[{}]", "[{\"name\":\"a\"}]", "[{\"type\":\"keyword\"}]", "[{\"name\":\"a\",\"type\":\"text\"}]", "[{\"name\":\"a\",\"type\":1}]", "[{\"name\":\"\",\"type\":\"keyword\"}]", "[{\"name\":\"$a\",\"type\":\"keyword\"}]", "[{\"name\":\"a\",\"type\":\"keyword\",\"index\":true}]", "[{\"name\":\"a\",\"type\":\"keyword\"},{\"name\":\"a\",\"type\":\"number\"}]", $"[{string.Join(',', Enumerable.Range(0, 65).Select(i => $"{{\"name\":\"f{i}\",\"type\":\"keyword\"}}"))}]"], 400),
            .. create.Each("shards", [.. NoNumber, "0", "-3", "2.5", "1025", "1e10"], 400),
            .. create.Each("targetRecall", [.. NoNumber, "0", "1.01", "-1", "1e999"], 400),
            .. create.Each("quantization", [.. NoText, "\"int4\"", "\"Int8\"", "\"\""], 400),
            .. create.Each("keepImages", [.. NoText, "\"all\"", "\"Thumbnail\"", "\"\""], 400),
            .. names.Select(name => new Fault("POST", "/v1/indexes", $$"""{"name":"{{name}}"}""", 400)),
            .. NoText.Select(name => new Fault("POST", "/v1/indexes", $$"""{"name":{{name}}}""", 400)),
            new("POST", "/v1/indexes", "{}", 400), new("POST", "/v1/indexes", """{"name":null}""", 400),
            new("POST", "/v1/indexes", """{"name":"never-made","model":"none"}""", 400),
            new("POST", "/v1/indexes", """{"name":"never-made","model":"no-such-model"}""", 404),
            new("POST", "/v1/indexes", """{"name":"never-made","dimensions":7}""", 422),
        ];
    }

    private static IEnumerable<Fault> Document(string index)
    {
        var put = new Target("PUT", $"/v1/indexes/{index}/documents/never", "\"text\":\"a red shoe\"");
        var bare = new Target("PUT", put.Path, "");
        return
        [
            .. bare.Each("text", [.. NoText, "\"\"", LongText], 400), .. bare.Each("imageUrl", [.. NoText, "\"\"", "\"a.jpg\"", "\"/a.jpg\"", "\"//host/a.jpg\"", "\"ftp://host/a\"", "\"file:///etc/passwd\"", "\"javascript:alert(1)\"", "\"data:image/png;base64,AAAA\"", "\"http://\"", "\"http://user:secret@host/a\"", "\"http://[::1\"", $"\"http://host/{new string('a', 2100)}\""], 400),
            .. bare.Each("imageBase64", [.. NoText, "\"***\"", "\"AAA\"", "\"A===\"", "\"AA-_\"", "\"data:image/png;base64,AAAA\"", "\"\\u0041\""], 400),
            .. bare.Each("vector", NoArray, 400), .. bare.Each("vector", ["[]", "[1,2,3]", $"[{string.Join(',', Enumerable.Repeat("0.1", 5000))}]"], 422),
            .. put.Each("id", [.. NoText, "\"\"", "\"other\"", "\"a\\u0000\"", "\"a\\n\"", "\"\\u007f\"", "\"\\u0085\"", $"\"{new string('a', 257)}\""], 400),
            .. put.Each("metadata", NoObject, 400),
            .. put.Each("metadata", ["{\"colour\":1}", "{\"colour\":[\"red\"]}", "{\"price\":\"10\"}", "{\"price\":1e999}", "{\"new\":\"yes\"}", "{\"new\":0}", "{\"made\":\"yesterday\"}", "{\"made\":20260301}", "{\"tags\":\"red\"}", "{\"tags\":[1]}", "{\"place\":\"here\"}", "{\"place\":{\"lat\":91,\"lon\":0}}", "{\"place\":{\"lat\":1}}", "{\"place\":[1,2]}"], 422),
            .. put.Each("metadata", [$"{{\"a\":\"{new string('x', 66_000)}\"}}"], 413),
            new(put.Method, put.Path, "{}", 400), new(put.Method, put.Path, """{"metadata":{}}""", 400), new(put.Method, put.Path, """{"text":null}""", 400),
            new(put.Method, put.Path, """{"text":"a","vector":[1]}""", 400), new(put.Method, put.Path, """{"text":"a","imageUrl":"http://host/a"}""", 400), new(put.Method, put.Path, """{"imageBase64":"AAAA","imageUrl":"http://host/a"}""", 400),
        ];
    }

    private static IEnumerable<Fault> Patches(string index)
    {
        var document = new Target("PATCH", $"/v1/indexes/{index}/documents/never", "");
        var change = new Target("PATCH", $"/v1/indexes/{index}", "");
        return
        [
            .. document.Each("metadata", [.. NoObject, "null"], 400), .. document.Each("metadata", [$"{{\"a\":\"{new string('x', 66_000)}\"}}"], 413), new(document.Method, document.Path, "{}", 400),
            .. change.Each("fields", [.. NoArray, "[1]", "[{\"name\":\"a\"}]", "[{\"name\":\"a\",\"type\":\"vector\"}]"], 400), .. change.Each("targetRecall", [.. NoNumber, "0", "2"], 400), .. change.Each("keepImages", [.. NoText, "\"some\""], 400), .. change.Each("quantization", [.. NoText, "\"float16\""], 400),
            .. ((string[])["name", "model", "dimensions", "shards"]).SelectMany(member => change.Each(member, ["1"], 400)),
        ];
    }

    private static IEnumerable<Fault> Deletes(string index)
    {
        var delete = new Target("POST", $"/v1/indexes/{index}/documents/delete", "");
        return
        [
            .. delete.Each("ids", [.. NoArray, "[1]", "[null]", "[\"\"]", "[\"a\\u0001\"]", $"[\"{new string('a', 257)}\"]", $"[{string.Join(',', Enumerable.Repeat("\"a\"", 10_001))}]"], 400),
            .. delete.Each("filter", [.. NoObject, "{\"$or\":1}"], 400), .. delete.Each("filter", ["{\"nope\":1}"], 422),
            new(delete.Method, delete.Path, "{}", 400), new(delete.Method, delete.Path, """{"ids":["a"],"filter":{}}""", 400),
        ];
    }

    private static IEnumerable<Fault> Searches(string index)
    {
        var search = new Target("POST", $"/v1/indexes/{index}/search", "\"text\":\"a red shoe\"");
        var bare = new Target("POST", search.Path, "");
        return
        [
            .. bare.Each("text", [.. NoText, "\"\"", LongText], 400), .. bare.Each("imageUrl", [.. NoText, "\"x\"", "\"ftp://host/a\""], 400), .. bare.Each("imageBase64", [.. NoText, "\"***\""], 400), .. bare.Each("id", [.. NoText, "\"\"", "\"a\\u0000\""], 400),
            .. bare.Each("vector", NoArray, 400), .. bare.Each("vector", ["[]", "[1,2,3]"], 422), .. bare.Each("queries", [.. NoArray, "[]", "[1]", "[{}]", "[{\"weight\":1}]", "[{\"text\":\"a\",\"id\":\"b\"}]", "[{\"text\":\"a\",\"weight\":\"1\"}]", "[{\"text\":\"a\",\"weight\":1e9}]", "[{\"text\":\"a\",\"boost\":1}]", $"[{string.Join(',', Enumerable.Repeat("{\"text\":\"a\"}", 33))}]"], 400),
            .. bare.Each("queries", ["[{\"text\":\"a red shoe\",\"weight\":0}]", "[{\"text\":\"a red shoe\"},{\"text\":\"a red shoe\",\"weight\":-1}]"], 422),
            .. search.Each("topK", [.. NoNumber, "0", "-1", "1001", "1.5", "10.0", "1e1", "1e999"], 400), .. search.Each("offset", [.. NoNumber, "-1", "10001", "9995", "0.5"], 400),
            .. search.Each("minScore", [.. NoNumber, "1.5", "-2", "1e999"], 400), .. search.Each("exact", NoFlag, 400), .. search.Each("explain", NoFlag, 400),
            .. search.Each("include", [.. NoArray, "[\"image\"]", "[1]", "[\"metadata\",\"vector\",\"metadata\"]"], 400),
            .. search.Each("facets", [.. NoArray, "[1]", "[\"\"]", $"[{string.Join(',', Enumerable.Repeat("\"colour\"", 17))}]"], 400), .. search.Each("facets", ["[\"nope\"]", "[\"place\"]"], 422),
            .. search.Each("groupBy", [.. NoText, "\"\""], 400), .. search.Each("groupBy", ["\"nope\"", "\"place\""], 422), .. search.Each("groupSize", [.. NoNumber, "0", "101", "1"], 400),
            .. search.Each("diversity", [.. NoNumber, "-0.1", "1.1"], 400), .. search.Each("timeoutMs", [.. NoNumber, "0", "-1", "60001"], 400), .. search.Each("partial", [.. NoText, "\"maybe\"", "\"Allow\""], 400), .. search.Each("filter", NoObject, 400),
            .. ((string[])["query", "limit", "k", "efSearch", "Text"]).SelectMany(member => search.Each(member, ["1"], 400)),
            new(bare.Method, bare.Path, "{}", 400), new(bare.Method, bare.Path, """{"topK":10}""", 400), new(bare.Method, bare.Path, """{"text":"a","id":"b"}""", 400), new(bare.Method, bare.Path, """{"text":"a","queries":[{"text":"b"}]}""", 400), new(bare.Method, bare.Path, """{"text":"a","imageUrl":"http://host/a","vector":[1]}""", 400),
            new(bare.Method, bare.Path, """{"filter":{},"minScore":0.5}""", 400), new(bare.Method, bare.Path, """{"filter":{},"diversity":0.5}""", 400), new(bare.Method, bare.Path, """{"id":"nobody-has-this-id"}""", 404), new("POST", "/v1/indexes/never-made/search", """{"text":"a"}""", 404),
            new("POST", search.Path + "/batch", "{}", 400), .. new Target("POST", search.Path + "/batch", "").Each("searches", [.. NoArray, "[]", $"[{string.Join(',', Enumerable.Repeat("{\"text\":\"a\"}", 65))}]"], 400),
        ];
    }

    private static IEnumerable<Fault> Filters(string index)
    {
        var search = new Target("POST", $"/v1/indexes/{index}/search", "\"text\":\"a red shoe\"");
        string[] malformed =
        [
            "{\"colour\":{}}", "{\"$and\":{}}", "{\"$or\":[1]}", "{\"$or\":\"x\"}", "{\"$not\":[]}", "{\"$nor\":[]}", "{\"colour\":{\"$like\":\"r\"}}", "{\"colour\":{\"$in\":\"red\"}}", "{\"colour\":{\"$exists\":1}}",
            string.Concat(Enumerable.Repeat("{\"$not\":", 20)) + "{}" + new string('}', 20), $"{{\"colour\":{{\"$in\":[{string.Join(',', Enumerable.Repeat("\"a\"", 1025))}]}}}}",
        ];
        string[] impossible =
        [
            "{\"nope\":1}", "{\"colour\":1}", "{\"colour\":true}", "{\"price\":\"10\"}", "{\"price\":{\"$gt\":\"10\"}}", "{\"new\":\"true\"}", "{\"made\":{\"$gt\":\"soon\"}}", "{\"tags\":1}", "{\"colour\":{\"$in\":[1]}}", "{\"$or\":[{\"colour\":\"red\"},{\"nope\":1}]}",
        ];
        return [.. search.Each("filter", malformed, 400), .. search.Each("filter", impossible, 422)];
    }

    private static IEnumerable<Fault> Bulk(string index)
    {
        var bulk = new Target("POST", $"/v1/indexes/{index}/documents", "");
        return
        [
            .. bulk.Each("documents", [.. NoArray, "null"], 400), .. bulk.Each("documents", [$"[{string.Join(',', Enumerable.Repeat("{}", 1001))}]"], 400), .. bulk.Each("documents", ["[{\"text\":\"a\"},]", "[{\"text\":\"a\"}", "[{\"text\":\"a\"}{\"text\":\"b\"}]", "[{\"text\":NaN}]"], 400),
            new(bulk.Method, bulk.Path, "{}", 400), new(bulk.Method, bulk.Path, """{"documents":[],"refresh":true}""", 400), new(bulk.Method, bulk.Path, """{"documents":[],"documents":[]}""", 400), new("POST", "/v1/indexes/never-made/documents", """{"documents":[]}""", 404),
        ];
    }

    private static IEnumerable<Fault> Embeddings()
    {
        var embed = new Target("POST", "/v1/embeddings", "\"model\":\"no-such-model\"");
        return
        [
            .. embed.Each("input", ["1", "true", "{}", "[]", "\"\"", "[1,2,3]", "[[1]]", "[\"\"]", "[null]", "[{}]", "[{\"imageBase64\":\"***\"}]", "[{\"imageUrl\":\"x\"}]", "[{\"vector\":[1]}]", "[{\"imageUrl\":\"http://host/a\",\"imageBase64\":\"AAAA\"}]", LongText, $"[{string.Join(',', Enumerable.Repeat("\"a\"", 1001))}]"], 400),
            new(embed.Method, embed.Path, "{}", 400), new(embed.Method, embed.Path, """{"model":"m"}""", 400), new(embed.Method, embed.Path, """{"input":"a"}""", 400), new(embed.Method, embed.Path, """{"model":1,"input":"a"}""", 400), new(embed.Method, embed.Path, """{"model":"m","input":"a","encoding_format":"int8"}""", 400), new(embed.Method, embed.Path, """{"model":"m","input":"a","dimensions":"8"}""", 400),
            new(embed.Method, embed.Path, """{"model":"no-such-model","input":"a"}""", 404),
        ];
    }

    private static string Shorten(string text) => text.Length <= 90 ? text : $"{text[..60]}…{text[^20..]} ({text.Length})";

    private sealed record Fault(string Method, string Path, string Body, int Status);

    /// <summary>An operation and the members that make it right but for the one that is tried.</summary>
    private sealed record Target(string Method, string Path, string Members)
    {
        public IEnumerable<Fault> Each(string member, IEnumerable<string> values, int status) =>
            values.Select(value => new Fault(Method, Path, $"{{{Members}{(Members.Length > 0 ? "," : "")}\"{member}\":{value}}}", status));
    }
}

using System.Text;

namespace ClipOrleans.Tests.Corpora;

/// <summary>
/// Requests that are wrong in as many ways as could be thought of. Each has exactly one right answer: a problem of its status.
/// They are written against an index that has a model and the fields colour (keyword), price (number), new (boolean), made
/// (datetime), tags (keyword[]) and place (geo).
/// </summary>
public static class MalformedRequests
{
    private const string Json = "application/json";

    /// <param name="index">The name of the index.</param>
    public static IReadOnlyList<MalformedRequest> For(string index) =>
        [.. Syntax(index), .. MediaTypes(index), .. MemberFaults.Of(index), .. Urls(index), .. Routes(index), .. Images(index), .. Forms(index)];

    /// <summary>Every operation with a JSON body, with a body that is right.</summary>
    private static IEnumerable<(string Method, string Path, string Body)> Operations(string index) =>
    [
        ("POST", "/v1/indexes", """{"name":"never-made"}"""),
        ("PATCH", $"/v1/indexes/{index}", """{"targetRecall":0.9}"""),
        ("POST", $"/v1/indexes/{index}/documents", """{"documents":[]}"""),
        ("PUT", $"/v1/indexes/{index}/documents/never", """{"text":"a red shoe"}"""),
        ("PATCH", $"/v1/indexes/{index}/documents/never", """{"metadata":{"colour":"red"}}"""),
        ("POST", $"/v1/indexes/{index}/documents/delete", """{"ids":["never"]}"""),
        ("POST", $"/v1/indexes/{index}/search", """{"text":"a red shoe"}"""),
        ("POST", $"/v1/indexes/{index}/search/batch", """{"searches":[{"text":"a red shoe"}]}"""),
        ("POST", "/v1/embeddings", """{"model":"any","input":"a red shoe"}"""),
    ];

    private static IEnumerable<MalformedRequest> Syntax(string index) =>
        from operation in Operations(index)
        from mutation in JsonMutations.Of(operation.Body)
        select new MalformedRequest($"{operation.Method} {operation.Path}: {mutation.Name}", operation.Method, operation.Path, Json, mutation.Body, 400);

    private static IEnumerable<MalformedRequest> MediaTypes(string index) =>
        from operation in Operations(index)
        from type in (string?[])[null, "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/json; charset=latin1", "nonsense", "*/*"]
        select new MalformedRequest(
            $"{operation.Method} {operation.Path}: content type {type ?? "missing"}", operation.Method, operation.Path, type, Encoding.UTF8.GetBytes(operation.Body), 415);

    private static IEnumerable<MalformedRequest> Urls(string index)
    {
        (string Name, string Id)[] ids =
        [
            ("line feed", "a%0Ab"), ("carriage return", "a%0Db"), ("tab", "%09"), ("escape", "%1B"), ("delete", "%7F"), ("control character beyond ASCII", "a%C2%85b"),
            ("257 characters", new string('a', 257)), ("300 letters of two bytes", string.Concat(Enumerable.Repeat("%C3%BC", 300))), ("encoded surrogate", "a%ED%A0%80"),
            ("stray byte", "a%FFb"), ("cut sequence", "a%E2%82"), ("overlong", "a%C0%AF"),
        ];
        foreach (var (name, id) in ids)
        {
            var path = $"/v1/indexes/{index}/documents/{id}";
            yield return Plain($"GET document with an id with {name}", "GET", path, 400);
            yield return Plain($"GET image with an id with {name}", "GET", path + "/image", 400);
            yield return Plain($"DELETE document with an id with {name}", "DELETE", path, 400);
            yield return new MalformedRequest($"PUT document with an id with {name}", "PUT", path, Json, """{"text":"a red shoe"}"""u8.ToArray(), 400);
            yield return new MalformedRequest($"PATCH document with an id with {name}", "PATCH", path, Json, """{"metadata":{}}"""u8.ToArray(), 400);
        }

        string[] scrolls =
        [
            "limit=0", "limit=-1", "limit=1001", "limit=99999999999999999999", "limit=1.5", "limit=ten", "limit=", "limit=1&limit=2", "Limit=1", "cursor=", "cursor=!!!", "cursor=AAAA", "cursor=Ag",
            "cursor=AQ", "cursor=Af8", $"cursor=AQ{new string('A', 3000)}", "cursor=a&cursor=b", "filter=", "filter=%7B", "filter=red", "filter=1", "filter=null", "filter=%5B%5D",
            "filter=%7B%22%24or%22%3A1%7D", "filter=%7B%22%24nope%22%3A1%7D", "filter=%7B%22colour%22%3A%7B%7D%7D", "include=metadata", "include=", "include=vector&include=vector", "offset=3", "q=red", "%00=1",
        ];
        foreach (var query in scrolls)
            yield return Plain($"scroll with {query[..Math.Min(60, query.Length)]}", "GET", $"/v1/indexes/{index}/documents?{query}", 400);
        foreach (var (method, path) in ((string, string)[])[("GET", $"/v1/indexes/{index}"), ("GET", "/v1/indexes"), ("GET", "/v1/models"), ("DELETE", $"/v1/indexes/{index}"), ("GET", $"/v1/indexes/{index}/documents/x/image")])
            yield return Plain($"{method} {path} with an unknown query parameter", method, path + "?verbose=true", 400);
        yield return Plain("GET document with an unknown thing included", "GET", $"/v1/indexes/{index}/documents/x?include=everything", 400);
    }

    private static IEnumerable<MalformedRequest> Routes(string index)
    {
        foreach (var path in (string[])["/v1", "/v1/", "/v2/indexes", "/v1/nothing", "/v1/indexes/a/b/c/d", $"/v1/indexes/{index}/documents/a/b", $"/v1/indexes/{index}/documents/a/image/b", "/index.html", "/.env", "/wp-login.php", "/v1/indexes/UPPER", "/v1/indexes/-x", $"/v1/indexes/{new string('a', 64)}", "/v1/indexes/a.b", "/v1/indexes/a%2Fb", "/v1/indexes/never-made"])
            yield return Plain($"GET {path[..Math.Min(60, path.Length)]}", "GET", path, 404);
        (string Method, string Path)[] methods =
        [
            ("PUT", "/v1/indexes"), ("DELETE", "/v1/indexes"), ("PATCH", "/v1/indexes"), ("POST", $"/v1/indexes/{index}"), ("PUT", $"/v1/indexes/{index}"), ("DELETE", $"/v1/indexes/{index}/documents"),
            ("POST", $"/v1/indexes/{index}/documents/x"), ("GET", $"/v1/indexes/{index}/search"), ("PUT", $"/v1/indexes/{index}/search"), ("GET", $"/v1/indexes/{index}/search/batch"), ("POST", "/v1/models"), ("GET", "/v1/embeddings"),
            ("POST", "/health/live"), ("POST", "/"), ("TRACE", "/v1/indexes"), ("BREW", "/v1/indexes"),
        ];
        foreach (var (method, path) in methods)
            yield return Plain($"{method} {path}", method, path, 405);
    }

    private static IEnumerable<MalformedRequest> Images(string index)
    {
        (string Name, byte[] Bytes)[] images =
        [
            ("nothing", []), ("one byte", [0xff]), ("zeros", new byte[1000]), ("text", "not an image at all"u8.ToArray()), ("HTML", "<!doctype html><html><body>no</body></html>"u8.ToArray()),
            ("SVG", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>"u8.ToArray()), ("PDF", "%PDF-1.7\n1 0 obj"u8.ToArray()), ("head of a JPEG", [0xff, 0xd8, 0xff, 0xe0, 0, 16]),
            ("head of a PNG", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ("head of a GIF", "GIF89a"u8.ToArray()), ("head of a WebP", [.. "RIFF"u8, 4, 0, 0, 0, .. "WEBP"u8]), ("ZIP", [0x50, 0x4b, 3, 4, 20, 0]),
        ];
        foreach (var (name, bytes) in images)
        {
            yield return new MalformedRequest($"PUT {name} as image/jpeg", "PUT", $"/v1/indexes/{index}/documents/never", "image/jpeg", bytes, 422);
            if (bytes.Length == 0)
                continue;
            var base64 = Encoding.UTF8.GetBytes($$"""{"imageBase64":"{{Convert.ToBase64String(bytes)}}"}""");
            yield return new MalformedRequest($"PUT {name} as base64", "PUT", $"/v1/indexes/{index}/documents/never", Json, base64, 422);
            yield return new MalformedRequest($"search by {name}", "POST", $"/v1/indexes/{index}/search", Json, base64, 422);
        }
    }

    private static IEnumerable<MalformedRequest> Forms(string index)
    {
        const string Image = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nxyz\r\n";
        const string End = "--b--\r\n";
        (string Name, string? Type, string Body, int Status)[] forms =
        [
            ("no boundary", "multipart/form-data", Image + End, 400),
            ("empty boundary", "multipart/form-data; boundary=\"\"", Image + End, 400),
            ("another boundary", "multipart/form-data; boundary=c", Image + End, 400),
            ("endless boundary", $"multipart/form-data; boundary={new string('b', 200)}", Image + End, 400),
            ("no end", "multipart/form-data; boundary=b", Image, 400),
            ("cut in a header", "multipart/form-data; boundary=b", Image[..40], 400),
            ("nothing", "multipart/form-data; boundary=b", "", 400),
            ("only an end", "multipart/form-data; boundary=b", End, 400),
            ("no image", "multipart/form-data; boundary=b", Part("metadata", "{}") + End, 400),
            ("two images", "multipart/form-data; boundary=b", Image + Image + End, 400),
            ("two metadata", "multipart/form-data; boundary=b", Image + Part("metadata", "{}") + Part("metadata", "{}") + End, 400),
            ("an unknown part", "multipart/form-data; boundary=b", Image + Part("colour", "red") + End, 400),
            ("a part without a name", "multipart/form-data; boundary=b", "--b\r\n\r\nxyz\r\n" + End, 400),
            ("metadata that is no JSON", "multipart/form-data; boundary=b", Image + Part("metadata", "red") + End, 400),
            ("metadata that is an array", "multipart/form-data; boundary=b", Image + Part("metadata", "[]") + End, 400),
            ("metadata with a name twice", "multipart/form-data; boundary=b", Image + Part("metadata", "{\"a\":1,\"a\":2}") + End, 400),
            ("metadata of the wrong type", "multipart/form-data; boundary=b", Image + Part("metadata", "{\"price\":\"cheap\"}") + End, 422),
            ("metadata that is too large", "multipart/form-data; boundary=b", Image + Part("metadata", $"{{\"a\":\"{new string('x', 70_000)}\"}}") + End, 413),
            ("metadata that is far too large", "multipart/form-data; boundary=b", Image + Part("metadata", new string(' ', 300_000)) + End, 413),
            ("an image that is none", "multipart/form-data; boundary=b", Image + End, 422),
            ("mixed instead of form-data", "multipart/mixed; boundary=b", Image + End, 415),
        ];
        foreach (var (name, type, body, status) in forms)
            yield return new MalformedRequest($"PUT a form with {name}", "PUT", $"/v1/indexes/{index}/documents/never", type, Encoding.UTF8.GetBytes(body), status);
    }

    private static string Part(string name, string value) => $"--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    private static MalformedRequest Plain(string name, string method, string path, int status) => new(name, method, path, null, null, status);
}

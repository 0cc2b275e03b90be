using System.Text;

namespace ClipOrleans.Tests.Corpora;

/// <summary>Ways to spoil a JSON object so that it is none any more, or none that a strict reader takes.</summary>
internal static class JsonMutations
{
    /// <summary>What can't stand where a value should, or is no strict JSON; each as the value of a first member.</summary>
    private static readonly (string Name, string Value)[] BadValues =
    [
        ("NaN", "NaN"), ("Infinity", "Infinity"), ("minus Infinity", "-Infinity"), ("leading zero", "01"), ("plus sign", "+1"), ("bare dot", "1."),
        ("leading dot", ".5"), ("hexadecimal", "0x10"), ("open exponent", "1e"), ("two signs", "--1"), ("undefined", "undefined"), ("half a literal", "tru"),
        ("capital literal", "True"), ("single quotes", "'x'"), ("unknown escape", "\"\\x41\""), ("short unicode escape", "\"\\u12\""), ("bad unicode escape", "\"\\uzzzz\""),
        ("raw control character", "\"a\u0001b\""), ("raw newline", "\"a\nb\""), ("raw tab", "\"a\tb\""), ("NUL", "\"a\0b\""), ("lone high surrogate", "\"\\ud800\""),
        ("lone low surrogate", "\"\\udc00x\""), ("swapped surrogates", "\"\\udc00\\ud800\""), ("high surrogate, then text", "\"\\ud83dx\""), ("open string", "\"x"),
        ("comma in array", "[1,]"), ("two commas", "[1,,2]"), ("open array", "[1"), ("wrong bracket", "[1}"), ("open object", "{\"a\":1"), ("missing colon", "{\"a\" 1}"),
        ("missing value", "{\"a\":}"), ("number as name", "{1:2}"), ("bare name", "{a:1}"), ("twice the same name", "{\"a\":1,\"a\":2}"), ("twice the same name, one escaped", "{\"a\":1,\"\\u0061\":2}"),
    ];

    private static readonly (string Name, byte[] Value)[] BadUtf8 =
    [
        ("stray continuation byte", [0x80]), ("overlong slash", [0xc0, 0xaf]), ("encoded surrogate", [0xed, 0xa0, 0x80]), ("cut sequence", [0xe2, 0x82]),
        ("beyond Unicode", [0xf4, 0x90, 0x80, 0x80]), ("byte that never occurs", [0xff]), ("Latin-1", [0x6d, 0xfc, 0x6c]),
    ];

    /// <param name="valid">A valid JSON object, not empty.</param>
    public static IEnumerable<(string Name, byte[] Body)> Of(string valid)
    {
        yield return ("nothing", []);
        yield return ("blanks", Bytes(" \r\n\t "));
        foreach (var part in (int[])[1, valid.Length / 4, valid.Length / 2, valid.Length * 3 / 4, valid.Length - 1])
            yield return ($"cut after {part} characters", Bytes(valid[..part]));
        foreach (var root in (string[])["null", "true", "1", "\"text\"", "[]", $"[{valid}]"])
            yield return ($"{root[..Math.Min(6, root.Length)]} as root", Bytes(root));
        foreach (var (name, text) in ((string, string)[])[("a letter after it", valid + "x"), ("twice", valid + valid), ("a bracket after it", valid + "}"), ("a comma after it", valid + ",")])
            yield return (name, Bytes(text));
        yield return ("trailing comma", Bytes(valid[..^1] + ",}"));
        yield return ("line comment", Bytes("// hello\n" + valid));
        yield return ("block comment", Bytes("{/* hello */" + valid[1..]));
        yield return ("form body", Bytes("name=value&other=1"));
        yield return ("XML", Bytes("<request/>"));
        yield return ("UTF-16", Encoding.Unicode.GetBytes(valid));
        yield return ("UTF-32", Encoding.UTF32.GetBytes(valid));
        yield return ("NUL bytes", new byte[64]);
        foreach (var (name, value) in BadValues)
            yield return (name, Bytes($"{{\"zzz\":{value},{valid[1..]}"));
        foreach (var (name, value) in BadUtf8)
        {
            yield return (name, [.. Bytes("{\"zzz\":\"a"), .. value, .. Bytes($"\",{valid[1..]}")]);
            yield return ($"{name} in a name", [.. Bytes("{\"z"), .. value, .. Bytes($"\":1,{valid[1..]}")]);
        }

        foreach (var depth in (int[])[100, 5_000, 200_000])
        {
            yield return ($"arrays {depth} deep", Bytes($"{{\"zzz\":{new string('[', depth)}{new string(']', depth)},{valid[1..]}"));
            yield return ($"open arrays {depth} deep", Bytes($"{{\"zzz\":{new string('[', depth)}"));
        }

        yield return ("objects 1000 deep", Bytes($"{{\"zzz\":{string.Concat(Enumerable.Repeat("{\"a\":", 1000))}1{new string('}', 1000)},{valid[1..]}"));
        yield return ("lone surrogate in a name", Bytes($"{{\"\\ud800\":1,{valid[1..]}"));
        yield return ("bad escape in a name", Bytes($"{{\"\\u00zz\":1,{valid[1..]}"));
        yield return ("unknown member", Bytes($"{{\"zzz\":1,{valid[1..]}"));
        yield return ("unknown member that is null", Bytes($"{{\"zzz\":null,{valid[1..]}"));
        yield return ("member in capitals", Bytes($"{{{FirstMember(valid).ToUpperInvariant()}:1,{valid[1..]}"));
        yield return ("first member twice", Bytes($"{{{FirstMember(valid)}:null,{valid[1..]}"));
    }

    private static string FirstMember(string valid) => valid[1..valid.IndexOf(':', StringComparison.Ordinal)];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

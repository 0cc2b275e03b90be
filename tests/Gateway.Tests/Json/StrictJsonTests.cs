using System.Text;
using System.Text.Json;
using ClipOrleans.Gateway.Json;
using CsCheck;

namespace ClipOrleans.Gateway.Tests.Json;

// Danger: JSON that one reader takes one way and the next another; strings that throw when they are read long after they came in.
// Invariant: what passes is RFC 8259 JSON of valid Unicode with unique names, and every string and name in it can be read.
// Method: tables, and random texts of JSON fragments against the plain parser.
public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a":{"b":[{"c":1,"c":2}]}}""", "/a/b/0/c")]
    [InlineData("""{"a~/b":1,"a~\u002fb":2}""", "/a~0~1b")]
    public void A_name_that_occurs_twice_is_named(string json, string pointer) =>
        Assert.Equal(pointer, StrictJson.Parse(Encoding.UTF8.GetBytes(json)).Error!.Fields.Single().Pointer);

    [Theory]
    [InlineData("""{"a":["x","\ud800"]}""", "/a/1")]
    [InlineData("""{"a":{"\udc00":1}}""", "/a")]
    [InlineData("""["\ud83d\ude00","\ude00\ud83d"]""", "/1")]
    public void Half_a_surrogate_pair_is_named(string json, string pointer) =>
        Assert.Equal(pointer, StrictJson.Parse(Encoding.UTF8.GetBytes(json)).Error!.Fields.Single().Pointer);

    [Theory]
    [InlineData("\"\\ud83d\\ude00\"")]
    [InlineData("\"\\\\ud800\"")]
    [InlineData("\"\\\\\\\\ud800\"")]
    [InlineData("\"\\u0000\\u007f\"")]
    [InlineData("{\"a\":{\"a\":1},\"b\":{\"a\":1}}")]
    public void What_only_looks_like_a_fault_passes(string json) => Assert.True(StrictJson.Parse(Encoding.UTF8.GetBytes(json)).IsSuccess);

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.True(StrictJson.Parse(new byte[] { 0xef, 0xbb, 0xbf, (byte)'1' }).IsSuccess);

    [Fact]
    public void Whatever_passes_can_be_read_whole()
    {
        string[] pieces = ["{", "}", "[", "]", ":", ",", "\"", "a", "1", "null", "\\", "\\u", "d800", "dc00", "\\ud83d\\ude00", " ", "\\\"", "\"x\"", "\"x\":", "é"];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 12].Sample(parts =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
            var parsed = StrictJson.Parse(bytes);
            if (!parsed.IsSuccess)
                return;
            using var document = parsed.Value;
            ReadAll(document.RootElement);
            using var plain = JsonDocument.Parse(bytes);
            Assert.True(JsonElement.DeepEquals(plain.RootElement, document.RootElement));
        });
    }

    private static void ReadAll(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                Assert.NotNull(element.GetString());
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    ReadAll(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Assert.NotNull(member.Name);
                    ReadAll(member.Value);
                }

                break;
        }
    }
}

using System.Text;
using System.Text.Json;
using ClipOrleans.Storage.Writing;

namespace ClipOrleans.Storage.Tests.Writing;

// Danger: a patch that deletes what it did not name, keeps what it deleted, or rewrites numbers it never touched.
// Invariant: JSON Merge Patch as in RFC 7396.
// Method: the cases of its appendix that have an object as target, and the bytes of untouched values.
public sealed class MetadataMergeTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":{"bb":1}}""", """{"a":{"bb":{"ccc":null,"d":1}}}""", """{"a":{"bb":{"d":1}}}""")]
    [InlineData("""{"n":1.50,"e":1e3,"t":"\u00e9","d":{"k": [ 1 ] }}""", """{"x":0.10}""", """{"n":1.50,"e":1e3,"t":"\u00e9","d":{"k": [ 1 ] },"x":0.10}""")]
    [InlineData("""{"naïve \"x\"":1}""", """{"na\u00efve \"x\"":2}""", """{"naïve \"x\"":2}""")]
    public void Merges_as_the_standard_says(string target, string patch, string expected)
    {
        using var stored = JsonDocument.Parse(target);
        using var change = JsonDocument.Parse(patch);
        Assert.Equal(expected, Encoding.UTF8.GetString(MetadataMerge.Apply(stored.RootElement, change.RootElement)));
    }
}

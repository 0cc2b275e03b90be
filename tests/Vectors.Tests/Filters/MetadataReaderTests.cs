using System.Text;
using System.Text.Json;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: a value of the wrong type that is stored in silence, or a bad record that stops a replay.
// Invariant: strict reading names every fault; lenient reading never throws and keeps what is right.
public sealed class MetadataReaderTests
{
    [Theory]
    [InlineData("3", InputFaultKind.Malformed, "", "JSON object")]
    [InlineData("{\"x\":1,\"x\":2}", InputFaultKind.Malformed, "/x", "twice")]
    [InlineData("{\"colour\":\"\\ud800\"}", InputFaultKind.Malformed, "/colour", "Unicode")]
    [InlineData("{\"\\ud800\":1}", InputFaultKind.Malformed, "", "Unicode")]
    [InlineData("{\"colour\":3}", InputFaultKind.Impossible, "/colour", "keyword")]
    [InlineData("{\"a/b~c\":{}}", InputFaultKind.Impossible, "/a~1b~0c", "keyword")]
    [InlineData("{\"price\":\"3\"}", InputFaultKind.Impossible, "/price", "number")]
    [InlineData("{\"price\":1e999}", InputFaultKind.Impossible, "/price", "finite")]
    [InlineData("{\"sale\":0}", InputFaultKind.Impossible, "/sale", "true or false")]
    [InlineData("{\"added\":\"2026-02-30\"}", InputFaultKind.Impossible, "/added", "RFC 3339")]
    [InlineData("{\"added\":5}", InputFaultKind.Impossible, "/added", "RFC 3339")]
    [InlineData("{\"tags\":\"a\"}", InputFaultKind.Impossible, "/tags", "array")]
    [InlineData("{\"tags\":[\"a\",null]}", InputFaultKind.Impossible, "/tags/1", "string")]
    [InlineData("{\"place\":[1,2]}", InputFaultKind.Impossible, "/place", "lat")]
    [InlineData("{\"place\":{\"lat\":1}}", InputFaultKind.Impossible, "/place", "lon")]
    [InlineData("{\"place\":{\"lat\":1,\"lon\":181}}", InputFaultKind.Impossible, "/place", "180")]
    [InlineData("{\"place\":{\"lat\":1,\"lon\":1,\"alt\":1}}", InputFaultKind.Impossible, "/place", "lat")]
    public void A_fault_has_its_kind_its_pointer_and_says_what_would_be_right(string json, InputFaultKind kind, string pointer, string message)
    {
        Assert.False(Read(json, out var values, out var faults));
        var fault = Assert.Single(faults);
        Assert.Equal((kind, pointer), (fault.Kind, fault.Pointer));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, values.Count);
    }

    [Fact]
    public void All_faults_are_found()
    {
        Assert.False(Read("{\"price\":\"x\",\"colour\":\"Red\",\"sale\":1}", out _, out var faults));
        Assert.Equal(["/price", "/sale"], faults.Select(fault => fault.Pointer));
    }

    [Fact]
    public void Null_is_absent_and_the_undeclared_is_ignored()
    {
        Assert.True(Read("{\"price\":null,\"anything\":{\"deep\":[1,2]},\"sale\":false}", out var values, out _));
        Assert.Equal(1, values.Count);
    }

    [Theory]
    [InlineData("{\"price\":\"x\",\"sale\":true}", 1)]
    [InlineData("{\"price\":1,\"price\":\"x\"}", 0)]
    [InlineData("{\"price\":\"x\",\"price\":1}", 1)]
    [InlineData("{\"colour\":\"\\ud800\",\"\\ud800\":1,\"sale\":true}", 1)]
    [InlineData("{\"tags\":[1]}", 0)]
    [InlineData("[1]", 0)]
    [InlineData("{\"sale\":", 0)]
    [InlineData("", 0)]
    public void Lenient_reading_keeps_what_is_right_and_never_throws(string json, int count) =>
        Assert.Equal(count, MetadataReader.ReadLenient(Encoding.UTF8.GetBytes(json), Generate.Schema).Count);

    private static bool Read(string json, out FieldValues values, out IReadOnlyList<InputFault> faults)
    {
        using var document = JsonDocument.Parse(json);
        return MetadataReader.TryRead(document.RootElement, Generate.Schema, out values, out faults);
    }
}

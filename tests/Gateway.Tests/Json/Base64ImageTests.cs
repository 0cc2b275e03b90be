using System.Text.Json;
using ClipOrleans.Gateway.Json;
using CsCheck;

namespace ClipOrleans.Gateway.Tests.Json;

// Danger: a decoder that works on the raw request and trips over what JSON writers may do to a string.
// Invariant: the bytes come out, however the string was escaped; what is no base64 is refused.
// Method: random bytes, written plainly, with escaped slashes, and with every character escaped.
public sealed class Base64ImageTests
{
    [Fact]
    public void Bytes_come_out_however_the_string_is_escaped() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var base64 = Convert.ToBase64String(bytes);
        foreach (var text in new[] { base64, base64.Replace("/", "\\/", StringComparison.Ordinal), string.Concat(base64.Select(c => $"\\u{(int)c:x4}")) })
        {
            using var document = JsonDocument.Parse($"\"{text}\"");
            var decoded = Base64Image.Decode(document.RootElement)!;
            Assert.Equal(bytes, decoded);
            Assert.True(Base64Image.MaxDecodedLength(document.RootElement) >= decoded.Length);
        }
    });

    [Theory]
    [InlineData("A")]
    [InlineData("AAA")]
    [InlineData("AA==A")]
    [InlineData("=AAA")]
    [InlineData("AA-_")]
    [InlineData("\\u00e9AAA")]
    public void What_is_no_base64_is_refused(string text)
    {
        using var document = JsonDocument.Parse($"\"{text}\"");
        Assert.Null(Base64Image.Decode(document.RootElement));
    }
}

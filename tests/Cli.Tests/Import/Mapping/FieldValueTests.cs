using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Indexes;
using CsCheck;

namespace ClipOrleans.Cli.Tests.Import.Mapping;

// Danger: a price read as text, or a date shifted by this machine's zone, is stored without a word and found by no filter.
// Invariant: text becomes exactly the declared type, the same on every machine, or the row says what would be right.
// Method: tables of cells, and random numbers there and back.
public sealed class FieldValueTests
{
    [Theory]
    [InlineData("number", "12.50", "12.50")]
    [InlineData("number", "-3e2", "-300")]
    [InlineData("number", "1e300", "1E+300")]
    [InlineData("boolean", "Yes", "true")]
    [InlineData("boolean", "0", "false")]
    [InlineData("datetime", "2026-05-01", "\"2026-05-01T00:00:00+00:00\"")]
    [InlineData("datetime", "2026-05-01 10:30", "\"2026-05-01T10:30:00+00:00\"")]
    [InlineData("datetime", "2026-05-01T10:30:00.25+02:00", "\"2026-05-01T10:30:00.25+02:00\"")]
    [InlineData("keyword[]", "a| b ||c", "[\"a\",\"b\",\"c\"]")]
    [InlineData("keyword[]", "[\"a|b\"]", "[\"a|b\"]")]
    [InlineData("geo", "52.5, 13.4", "{\"lat\":52.5,\"lon\":13.4}")]
    [InlineData("keyword", " as it is ", "\" as it is \"")]
    public void A_cell_becomes_what_the_field_holds(string type, string cell, string expected) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), Json(FieldValue.Convert(cell, FieldOption.ParseType(type), "|"))), expected);

    [Theory]
    [InlineData("number", "12,5")]
    [InlineData("number", "NaN")]
    [InlineData("number", "0x10")]
    [InlineData("boolean", "maybe")]
    [InlineData("datetime", "yesterday")]
    [InlineData("keyword[]", "[1,2]")]
    [InlineData("keyword[]", "[\"a\"")]
    [InlineData("geo", "52.5")]
    public void A_cell_that_is_nothing_of_that_type_says_what_would_be(string type, string cell)
    {
        var error = Assert.Throws<FormatException>(() => FieldValue.Convert(cell, FieldOption.ParseType(type), "|"));
        Assert.Contains(type, error.Message, StringComparison.Ordinal);
        Assert.Contains("write ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_finite_number_survives() => Gen.Double.Where(double.IsFinite).Sample(number =>
        Json(FieldValue.Convert(number.ToString("R", CultureInfo.InvariantCulture), Client.Indexes.FieldType.Number, "|")).GetValue<double>() == number);

    /// <summary>As it is read after the wire.</summary>
    private static JsonNode Json(JsonNode value) => JsonNode.Parse(value.ToJsonString())!;
}

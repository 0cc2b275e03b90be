using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: two fields of one name, or a field that an operator's name would hide.
// Invariant: a schema that exists is sound; names of types go there and back.
public sealed class FieldSchemaTests
{
    [Theory]
    [InlineData("", FieldType.Keyword)]
    [InlineData("$eq", FieldType.Keyword)]
    [InlineData("a", FieldType.None)]
    [InlineData("a", (FieldType)7)]
    [InlineData("taken", FieldType.Geo)]
    public void A_field_that_cannot_be_is_refused(string name, FieldType type) =>
        Assert.Throws<ArgumentException>(() => new FieldSchema([new("taken", FieldType.Number), new(name, type)]));

    [Fact]
    public void Fields_are_found_by_exact_name_in_declared_order()
    {
        var schema = new FieldSchema([new("b", FieldType.Number), new("B", FieldType.Geo)]);
        Assert.True(schema.TryGet("B", out var ordinal, out var field));
        Assert.Equal((1, FieldType.Geo), (ordinal, field.Type));
        Assert.False(schema.TryGet("c", out _, out _));
        Assert.Equal(["b", "B"], schema.Fields.Select(declared => declared.Name));
        Assert.Equal(schema, new FieldSchema([new("b", FieldType.Number), new("B", FieldType.Geo)]));
        Assert.NotEqual(schema, new FieldSchema([new("B", FieldType.Geo), new("b", FieldType.Number)]));
    }

    [Theory]
    [InlineData(FieldType.Keyword, "keyword")]
    [InlineData(FieldType.Number, "number")]
    [InlineData(FieldType.Boolean, "boolean")]
    [InlineData(FieldType.DateTime, "datetime")]
    [InlineData(FieldType.KeywordList, "keyword[]")]
    [InlineData(FieldType.Geo, "geo")]
    public void Type_names_go_there_and_back(FieldType type, string name)
    {
        Assert.Equal(name, FieldTypes.ToName(type));
        Assert.True(FieldTypes.TryParse(name, out var parsed));
        Assert.Equal(type, parsed);
        Assert.False(FieldTypes.TryParse(name.ToUpperInvariant(), out _));
    }
}

using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Tests.Import.Mapping;

// Danger: a misspelt column imports a thousand documents without their price.
// Invariant: every column that is named is there, or nothing is imported; what is not named follows one rule that the help tells.
// Method: plans from headers and options, no file read.
public sealed class MappingPlanTests
{
    private static readonly IRowSource Source = new NdjsonSource("rows.ndjson");

    [Theory]
    [InlineData("Unit price=price:number", "Unit price", "price", FieldType.Number)]
    [InlineData("tags=tags:keyword[]", "tags", "tags", FieldType.Keywords)]
    [InlineData("a=b", "a", "b", null)]
    public void A_mapping_is_column_field_and_perhaps_a_type(string text, string column, string field, FieldType? type) =>
        Assert.Equal(new ColumnMapping(column, field, type), ColumnMapping.Parse(text));

    [Theory]
    [InlineData("price")]
    [InlineData("=price")]
    [InlineData("price=")]
    [InlineData("price=price:float")]
    public void A_mapping_that_is_none_is_a_usage_error(string text) =>
        Assert.Equal(ExitCodes.Usage, Assert.Throws<CliError>(() => ColumnMapping.Parse(text)).ExitCode);

    [Fact]
    public void Named_columns_have_to_be_there_and_the_ones_that_are_get_told()
    {
        var missing = Assert.Throws<CliError>(() => Settle(new MappingOptions { IdColumn = "Sku" }, "Id", "image"));
        Assert.Contains("\"Sku\"", missing.Message, StringComparison.Ordinal);
        Assert.Contains("\"Id\", \"image\"", missing.Hint, StringComparison.Ordinal);
        Assert.Throws<CliError>(() => Settle(new MappingOptions { Maps = [ColumnMapping.Parse("x=y")] }, "id", "image"));
        Assert.Contains("what to embed", Assert.Throws<CliError>(() => Settle(new MappingOptions(), "id", "title")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_options_the_names_of_the_api_decide_and_one_column_is_embedded()
    {
        var plan = Settle(new MappingOptions(), "Text", "ID", "image_url");
        Assert.Equal("ID", plan.IdColumn);
        Assert.Equal([new PartColumn(PartKind.ImageUrl, "image_url")], plan.Parts);
    }

    [Fact]
    public void Another_meaning_of_the_columns_is_another_import()
    {
        var options = new MappingOptions { ImageColumn = "image", Maps = [ColumnMapping.Parse("a=b")] };
        var texts = new[]
        {
            options, options with { IdColumn = "a" }, options with { ImageFolder = "elsewhere" }, options with { ListSeparator = ";" },
            options with { Maps = [ColumnMapping.Parse("a=b:number")] }, options with { TextColumn = "a" },
        }.Select(each => Settle(each, "id", "image", "a").Describe());
        Assert.Equal(6, texts.Distinct().Count());
    }

    private static MappingPlan Settle(MappingOptions options, params string[] header) => MappingPlan.Settle(options, header, Source);
}

using System.Text.Json.Nodes;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Cli.Tests.Fakes;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Tests.Import.Mapping;

// Danger: one row that does not fit stops an import of a million, or is sent as something else than it says.
// Invariant: a row becomes a document with the declared types, or a refused row that names the cell; never an exception.
// Method: rows of tables and of NDJSON through plans, with files in a folder of their own.
public sealed class RowMapperTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, FieldType> _types = new() { ["price"] = FieldType.Number, ["tags"] = FieldType.Keywords };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_table_row_gets_its_types_from_the_index_and_leaves_empty_cells_out()
    {
        _folder.File("shoe.jpg", "pixels");
        var row = await Map(untyped: true, """{"id":"7","image":"shoe.jpg","price":"12.5","tags":"a|b","title":"Shoe","note":""}""");
        Assert.Equal("7", row.Document!.Id);
        Assert.Equal("pixels"u8.ToArray(), row.Document.Image!.Value.ToArray());
        AssertMetadata("""{"price":12.5,"tags":["a","b"],"title":"Shoe"}""", row);
        Assert.True(row.HasImage);
    }

    [Fact]
    public async Task Maps_choose_rename_and_type()
    {
        var options = new MappingOptions { TextColumn = "title", Maps = [ColumnMapping.Parse("Cost=price"), ColumnMapping.Parse("id=sku"), ColumnMapping.Parse("old=old:boolean")] };
        var row = await Map(untyped: true, """{"id":"7","Cost":"3","old":"yes","title":"Shoe"}""", options);
        AssertMetadata("""{"price":3,"sku":"7","old":true}""", row);
        Assert.Equal("Shoe", row.Document!.Text);
        Assert.False(row.HasImage);
    }

    [Fact]
    public async Task A_line_of_ndjson_keeps_its_types_and_its_metadata_object()
    {
        var row = await Map(untyped: false, """{"id":5,"imageUrl":"https://example.com/a.png","other":1,"metadata":{"price":"12","nested":{"a":[1]}}}""");
        Assert.Equal(("5", "https://example.com/a.png"), (row.Document!.Id, row.Document.ImageUrl));
        AssertMetadata("""{"price":"12","nested":{"a":[1]}}""", row);
    }

    [Fact]
    public async Task Maps_reach_into_the_metadata_of_ndjson()
    {
        var row = await Map(untyped: false, """{"id":"a","vector":[1,0],"metadata":{"cost":"12"}}""", new MappingOptions { Maps = [ColumnMapping.Parse("cost=price:number")] });
        AssertMetadata("""{"price":12}""", row);
        Assert.Equal([1f, 0f], row.Document!.Vector!.Value.ToArray());
    }

    [Fact]
    public async Task The_first_part_that_is_not_empty_counts_and_an_address_among_files_is_fetched()
    {
        var options = new MappingOptions { ImageColumn = "file", ImageUrlColumn = "url" };
        Assert.Equal("https://b", (await Map(true, """{"id":"a","file":"","url":"https://b"}""", options)).Document!.ImageUrl);
        Assert.Equal("HTTP://c", (await Map(true, """{"id":"a","file":"HTTP://c","url":"https://b"}""", options)).Document!.ImageUrl);
    }

    [Fact]
    public async Task Base64_arrives_as_the_bytes_it_stands_for() =>
        Assert.Equal([1, 2, 3], (await Map(false, """{"id":"a","imageBase64":"AQID"}""")).Document!.Image!.Value.ToArray());

    [Fact]
    public async Task A_row_without_an_id_is_named_by_its_number_so_that_sending_it_twice_is_harmless() =>
        Assert.Equal("row-3", (await Map(false, """{"text":"x"}""")).Document!.Id);

    [Theory]
    [InlineData("""{"id":"a","image":"gone.jpg"}""", "There is no image")]
    [InlineData("""{"id":"a","image":"empty.jpg"}""", "empty.jpg is empty")]
    [InlineData("""{"id":"a","text":"x","price":"cheap"}""", "price: \"cheap\" is no number")]
    [InlineData("""{"id":"","text":"x"}""", "\"id\" is empty")]
    [InlineData("""{"id":"a","text":""}""", "Nothing to embed")]
    [InlineData("""{"id":"a","vector":"east"}""", "is no vector")]
    [InlineData("""{"id":"a","imageBase64":"%%"}""", "not base64")]
    public async Task A_row_that_does_not_fit_says_where(string columns, string expected)
    {
        _folder.File("empty.jpg", "");
        var row = await new RowMapper(MappingPlan.Settle(new MappingOptions(), null, Source()), _types, untyped: true)
            .MapAsync(new SourceRow(3, Json(columns)), TestContext.Current.CancellationToken);
        Assert.Null(row.Document);
        Assert.Contains(expected, row.Problem!.Detail, StringComparison.Ordinal);
    }

    private NdjsonSource Source() => new(_folder.At("rows.ndjson"));

    private Task<MappedRow> Map(bool untyped, string columns, MappingOptions? options = null)
    {
        var row = Json(columns);
        var header = untyped ? row.Select(member => member.Key).ToList() : null;
        var plan = MappingPlan.Settle(options ?? new MappingOptions(), header, Source());
        return new RowMapper(plan, _types, untyped).MapAsync(new SourceRow(3, row), TestContext.Current.CancellationToken);
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static void AssertMetadata(string expected, MappedRow row) =>
        Assert.True(JsonNode.DeepEquals(Json(expected), JsonNode.Parse(row.Document!.Metadata!.ToJsonString())), row.Document.Metadata.ToJsonString());
}

using System.Text;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Import.Rows;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Import.Rows;

// Danger: rows that move (a quoted line break, an empty line, a file listed in another order) make a resumed import skip the wrong ones.
// Invariant: a source read twice gives the same rows under the same numbers; the survey counts what reading gives; a bad row takes no other with it.
// Method: small files of every kind, read and surveyed.
public sealed class SourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Quoted_cells_may_hold_separators_quotes_and_line_breaks()
    {
        var rows = await Read(_folder.File("a.csv", "id,title\n1,\"a, \"\"b\"\"\nc\"\n\n2,d\n"));
        Assert.Equal(["a, \"b\"\nc", "d"], rows.Select(row => row.Columns["title"]!.GetValue<string>()));
        Assert.Equal([1, 2], rows.Select(row => row.Number));
    }

    [Theory]
    [InlineData("id;title\n1;a,b\n", ".csv")]
    [InlineData("id\ttitle\n1\ta,b\n", ".tsv")]
    [InlineData("\uFEFFid,title\r\n1,\"a,b\"\r\n", ".csv")]
    public async Task The_separator_is_found_and_a_byte_order_mark_belongs_to_no_name(string text, string ending)
    {
        var row = Assert.Single(await Read(_folder.File("a" + ending, text)));
        Assert.Equal(("1", "a,b"), (row.Columns["id"]!.GetValue<string>(), row.Columns["title"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_row_with_a_cell_too_many_is_refused_alone()
    {
        var rows = await Read(_folder.File("a.csv", "id,title\n1,a,b\n2,c\n"));
        Assert.Contains("3 cells where the header names 2", rows[0].Problem, StringComparison.Ordinal);
        Assert.Null(rows[1].Problem);
    }

    [Fact]
    public async Task A_table_without_a_header_or_with_a_name_twice_is_refused_before_the_first_row()
    {
        await Assert.ThrowsAsync<CliError>(() => RowSource.Open(_folder.File("empty.csv", ""), null, false).ReadHeaderAsync(default));
        await Assert.ThrowsAsync<CliError>(() => RowSource.Open(_folder.File("twice.csv", "a,a\n1,2\n"), null, false).ReadHeaderAsync(default));
    }

    [Fact]
    public async Task Lines_that_are_no_json_object_are_refused_alone_and_empty_ones_do_not_count()
    {
        var rows = await Read(_folder.File("a.ndjson", "{\"id\":1}\r\n\n  \n[1]\n{\"id\":\n{\"a\":1,\"a\":2}\n{\"id\":5}"));
        Assert.Equal([null, "not a JSON object", "not JSON", "not JSON", null], rows.Select(row => row.Problem is null ? null : row.Problem.Contains("not a JSON object", StringComparison.Ordinal) ? "not a JSON object" : "not JSON"));
        Assert.Equal([1, 2, 3, 4, 5], rows.Select(row => row.Number));
    }

    [Fact]
    public async Task A_long_line_crosses_buffers_whole()
    {
        var text = new string('ä', 300_000);
        var rows = await Read(_folder.File("a.ndjson", $"{{\"id\":\"{text}\"}}\n{{\"id\":\"b\"}}\n"));
        Assert.Equal([text, "b"], rows.Select(row => row.Columns["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_line_without_an_end_is_refused_before_it_fills_the_memory()
    {
        var path = _folder.At("endless.ndjson");
        await File.WriteAllBytesAsync(path, Encoding.ASCII.GetBytes(new string('x', LineReader.LongestLine + 1)), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<CliError>(() => RowSource.Open(path, null, false).SurveyAsync(default));
    }

    [Fact]
    public async Task A_folder_gives_names_as_ids_and_sidecars_as_metadata()
    {
        foreach (var name in new[] { "b.PNG", "a.jpg", "notes.txt", "sub/c.webp" })
            _folder.File(name, "pixels");
        _folder.File("a.json", """{"colour":"red"}""");
        _folder.File("b.PNG.json", "[]");
        var rows = await Read(_folder.Path);
        Assert.Equal(("a", "a.jpg", "red"), (Text(rows[0], "id"), Text(rows[0], "image"), rows[0].Columns["metadata"]!["colour"]!.GetValue<string>()));
        Assert.Contains("not a JSON object", rows[1].Problem, StringComparison.Ordinal);
        Assert.Equal(2, rows.Count);
        Assert.Equal("sub/c", Text((await Read(_folder.Path, recursive: true)).Last(), "id"));
    }

    [Fact]
    public async Task Two_files_of_one_name_are_not_one_document()
    {
        _folder.File("a.jpg", "1");
        _folder.File("a.png", "2");
        var rows = await Read(_folder.Path);
        Assert.Null(rows[0].Problem);
        Assert.Contains("the same id", rows[1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_the_content_changes_the_fingerprint()
    {
        var path = _folder.File("a.csv", "id\n1\n");
        var before = await RowSource.Open(path, null, false).SurveyAsync(default);
        Assert.Equal(before, await RowSource.Open(path, null, false).SurveyAsync(default));
        _folder.File("a.csv", "id\n2\n");
        Assert.NotEqual(before.Fingerprint, (await RowSource.Open(path, null, false).SurveyAsync(default)).Fingerprint);
    }

    [Theory]
    [InlineData("nothing-there.csv", ExitCodes.Failed)]
    [InlineData("a.xlsx", ExitCodes.Usage)]
    public void What_cannot_be_a_source_says_what_can(string name, int exitCode)
    {
        _folder.File("a.xlsx", "");
        var error = Assert.Throws<CliError>(() => RowSource.Open(_folder.At(name), null, false));
        Assert.Equal(exitCode, error.ExitCode);
        Assert.Contains("folder", error.Hint, StringComparison.Ordinal);
    }

    private static string Text(SourceRow row, string column) => row.Columns[column]!.GetValue<string>();

    private static async Task<List<SourceRow>> Read(string path, bool recursive = false)
    {
        var source = RowSource.Open(path, null, recursive);
        var rows = await source.ReadAsync(default).ToListAsync();
        Assert.Equal(rows.Count, (await source.SurveyAsync(default)).Rows);
        var again = await source.ReadAsync(default).ToListAsync();
        Assert.Equal(rows.Select(row => (row.Number, row.Columns.ToJsonString())), again.Select(row => (row.Number, row.Columns.ToJsonString())));
        return rows;
    }
}

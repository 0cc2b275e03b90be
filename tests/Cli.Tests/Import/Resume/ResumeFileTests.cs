using ClipOrleans.Cli.Import.Resume;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Import.Resume;

// Danger: a state file of another source, another index or half a write makes an import skip rows that are not there.
// Invariant: only a whole file about the same rows and the same creation of the same index counts; anything else says why it does not.
// Method: save, then load under every difference and at every truncation.
public sealed class ResumeFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_what_a_later_run_finds()
    {
        File().Save(Rows());
        Assert.Equal(Rows().Ranges, File().Load(out var reason).Ranges);
        Assert.Null(reason);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void No_file_is_a_beginning_without_a_word()
    {
        Assert.Empty(File().Load(out var reason).Ranges);
        Assert.Null(reason);
    }

    [Theory]
    [InlineData("http://a shop later", "source", "another index")]
    [InlineData("http://a shop now", "other source", "changed since")]
    public void A_file_about_something_else_does_not_count(string target, string source, string expected)
    {
        File().Save(Rows());
        Assert.Empty(File(target, source).Load(out var reason).Ranges);
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void No_part_of_a_file_counts_and_none_throws()
    {
        File().Save(Rows());
        var whole = System.IO.File.ReadAllBytes(Path);
        for (var length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(Path, whole[..length]);
            Assert.Empty(File().Load(out var reason).Ranges);
            Assert.NotNull(reason);
        }
    }

    [Theory]
    [InlineData("""{"format":1,"target":"http://a shop now","source":"source","rows":9,"acknowledged":[[1]]}""")]
    [InlineData("""{"format":1,"target":"http://a shop now","source":"source","rows":9,"acknowledged":[[4,5],[1,2]]}""")]
    [InlineData("""{"format":1,"target":"http://a shop now","source":"source","rows":9}""")]
    [InlineData("""{"format":2,"target":"http://a shop now","source":"source","rows":9,"acknowledged":[[1,2]]}""")]
    [InlineData("null")]
    public void Nonsense_does_not_count(string content)
    {
        System.IO.File.WriteAllText(Path, content);
        Assert.Empty(File().Load(out var reason).Ranges);
        Assert.NotNull(reason);
    }

    private string Path => _folder.At("state.json");

    private ResumeFile File(string target = "http://a shop now", string source = "source") => new(Path, target, source, 100);

    private static RowSet Rows() => new([new RowRange(1, 50), new RowRange(52, 60)]);
}

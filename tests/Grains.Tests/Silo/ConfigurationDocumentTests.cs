using ClipOrleans.Silo.Configuration;

namespace ClipOrleans.Grains.Tests.Silo;

// Danger: a setting that nobody can find, or a page that tells of one that is not there.
// Invariant: docs/configuration.md lists every setting as the code has it.
// Method: the table is made from the types and compared; what it should be is left beside it when it differs.
public sealed class ConfigurationDocumentTests
{
    private const string Begin = "<!-- settings: made from the code; a test compares -->\n";
    private const string End = "<!-- end of settings -->";

    [Fact]
    public void The_page_lists_every_setting_as_the_code_has_it()
    {
        var page = Path.Combine(Root(), "docs", "configuration.md");
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin > Begin.Length && end >= begin, "docs/configuration.md has lost the marks around its table");
        var expected = text[..begin] + ConfigurationTable.Render() + text[end..];
        if (text == expected)
            return;

        var received = Path.ChangeExtension(page, ".received.md");
        File.WriteAllText(received, expected);
        Assert.Fail($"docs/configuration.md is not what the code says; {Path.GetFileName(received)} beside it is: look at the difference and move it over");
    }

    [Fact]
    public void Every_setting_says_what_it_means()
    {
        Assert.All(SettingsSection.All.SelectMany(section => section.Settings), setting => Assert.True(ConfigurationTable.Meaning(setting).Length > 10, setting.Key));
    }

    [Fact]
    public void Every_default_is_allowed()
    {
        Assert.All(
            SettingsSection.All.SelectMany(section => section.Settings),
            setting => Assert.Null(setting.Check(Convert.ToString(setting.Default, System.Globalization.CultureInfo.InvariantCulture)!)));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ClipOrleans.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The repository is not above the tests.");
        return folder.FullName;
    }
}

using System.Reflection;
using System.Text.RegularExpressions;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Errors;

// Danger: an error without a status, or one that no page explains.
// Invariant: slugs, the table, docs/errors.md and the tests of ProblemTests name the same errors with the same statuses.
// Method: reflection and text.
public sealed partial class ErrorTableTests
{
    private static readonly string[] Slugs =
        [.. typeof(Slugs).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_slug_has_one_row_and_every_row_a_slug() => Assert.Equal(Slugs, ErrorTable.AllSlugs.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_slug_is_explained_with_its_status()
    {
        var page = File.ReadAllText(RepositoryPath.Of("docs", "errors.md"));
        var rows = Row().Matches(page).Select(match => (Slug: match.Groups[1].Value, Status: int.Parse(match.Groups[2].Value, null))).OrderBy(row => row.Slug, StringComparer.Ordinal);
        Assert.Equal(Slugs.Select(slug => (slug, ErrorTable.Of(slug).Status)), rows);
    }

    [Fact]
    public void Every_slug_is_shown_by_a_test() => Assert.Equal(Slugs, ProblemTests.Shown.Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\| `([a-z-]+)` \| (\d{3}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}

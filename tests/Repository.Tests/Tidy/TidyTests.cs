using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Tidy;

// Danger: style that nobody checks decays file by file, and what is unfinished hides behind a comment.
// Invariant: the rules of CodeRules and FileRules hold for every file, but for the exceptions named in Exceptions.cs.
// Method: parse, look, list every finding at once. RulesFireTests shows that each rule can go red.
public sealed class TidyTests
{
    private static IEnumerable<RepositoryFile> Product => RepositoryTree.Code.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal));

    private static IEnumerable<RepositoryFile> Tests => RepositoryTree.Code.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void A_code_file_is_at_most_400_lines() =>
        Finding.AssertNone(RepositoryTree.Files.Where(file => Path.GetExtension(file.Path) is ".cs" or ".sh" or ".mjs").SelectMany(FileRules.TooLong));

    [Fact]
    public void A_method_is_at_most_70_lines() => Finding.AssertNone(RepositoryTree.Code.SelectMany(CodeRules.LongMethods));

    [Fact]
    public void A_name_says_what_is_inside() => Finding.AssertNone(RepositoryTree.Files.SelectMany(FileRules.EmptyNames));

    [Fact]
    public void Nothing_is_left_for_later() =>
        Finding.AssertNone(RepositoryTree.TextFiles.SelectMany(FileRules.LeftoverMarks).Concat(RepositoryTree.Code.SelectMany(CodeRules.Unfinished)));

    [Fact]
    public void No_file_names_a_path_of_one_machine() => Finding.AssertNone(RepositoryTree.TextFiles.SelectMany(FileRules.PathsOfOneMachine));

    [Fact]
    public void A_link_in_a_page_leads_somewhere() =>
        Finding.AssertNone(RepositoryTree.TextFiles.Where(file => Path.GetExtension(file.Path) == ".md").SelectMany(page => FileRules.DeadLinks(page, RepositoryTree.Exists)));

    [Fact]
    public void A_blob_over_1_MiB_has_a_reason() => AssertOnly(Exceptions.LargeBlobs, RepositoryTree.Files.SelectMany(FileRules.TooLarge));

    [Fact]
    public void A_project_file_holds_only_what_is_special_about_it() =>
        Finding.AssertNone(RepositoryTree.Projects.SelectMany(FileRules.ProjectTooLong).Concat(RepositoryTree.Projects.SelectMany(FileRules.VersionInProject)));

    [Fact]
    public void The_product_logs_by_generated_methods() => Finding.AssertNone(Product.SelectMany(CodeRules.DirectLogCalls));

    [Fact]
    public void The_status_of_an_error_is_written_once() => Finding.AssertNone(Product.SelectMany(CodeRules.ScatteredStatusCodes));

    [Fact]
    public void No_exception_is_swallowed() => Finding.AssertNone(RepositoryTree.Code.SelectMany(CodeRules.SwallowedExceptions));

    [Fact]
    public void The_shard_engine_touches_files_through_its_disk() => AssertOnly(
        Exceptions.FilesPastTheDisk, RepositoryTree.Code.Where(file => file.Path.StartsWith("src/Storage/", StringComparison.Ordinal)).SelectMany(CodeRules.FilesPastTheDisk));

    [Fact]
    public void No_class_is_in_pieces() => Finding.AssertNone(CodeRules.ClassesInPieces(RepositoryTree.Code));

    [Fact]
    public void A_test_waits_for_a_signal_never_for_time() => AssertOnly(Exceptions.Delays, Tests.SelectMany(CodeRules.FixedWaits));

    [Fact]
    public void A_test_class_opens_with_what_it_guards_against() => Finding.AssertNone(Tests.SelectMany(CodeRules.TestClassesWithoutOpening));

    private static void AssertOnly(IReadOnlyDictionary<string, string> exceptions, IEnumerable<Finding> findings)
    {
        var found = findings.ToList();
        Finding.AssertNone(found.Where(finding => !exceptions.ContainsKey(finding.Path)));
        Assert.Empty(exceptions.Keys.Except(found.Select(finding => finding.Path)));
        Assert.All(exceptions.Values, reason => Assert.True(reason.Length > 20, $"'{reason}' is no reason"));
    }
}

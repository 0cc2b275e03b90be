using ClipOrleans.Repository.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ClipOrleans.Repository.Tests.Graph;

// Danger: an arrow that points up (a kernel that knows Orleans, a gateway that opens shard files) is cheap to add and dear to remove.
// Invariant: the csproj graph under src/ is the one of docs/decisions/0001-project-graph.md, and foreign libraries stay behind their door.
// Method: read the csproj files and the using directives, compare with the page's two tables.
public sealed class ReferenceGraphTests
{
    /// <summary>Namespaces that only the project which wraps the library may use.</summary>
    private static readonly (string Namespace, string[] Folders)[] Wrapped =
    [
        ("FASTER", ["src/Storage/", "tests/Storage.Tests/"]),
        ("Microsoft.ML", ["src/Clip/", "tests/Clip.Tests/"]),
        ("NetVips", ["src/Clip/", "tests/Clip.Tests/"]),
        ("Orleans", ["src/Contracts/", "src/Grains/", "src/Gateway/", "src/Silo/", "tests/Grains.Tests/", "tests/Gateway.Tests/", "tests/Fuzz/"]),
        ("Spectre", ["src/Cli/", "tests/Cli.Tests/", "tests/EndToEnd/"]),
    ];

    private static List<ProjectFile> Sources { get; } = RepositoryTree.Projects
        .Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal)).Select(ProjectFile.Read).ToList();

    [Fact]
    public void The_page_lists_every_project_and_no_other() =>
        Assert.Equal(Sources.Select(project => project.Name).Order(), ProjectLaw.MayReference.Keys.Order());

    [Fact]
    public void A_project_references_only_what_the_page_allows()
    {
        var arrows = Sources.SelectMany(project => project.Projects.Except(ProjectLaw.MayReference[project.Name]), (project, to) => $"{project.Name} → {to}");
        Assert.Empty(arrows);
    }

    [Fact]
    public void The_page_itself_has_no_circle()
    {
        var placed = new HashSet<string>();
        while (placed.Count < ProjectLaw.MayReference.Count)
        {
            var next = ProjectLaw.MayReference.Where(row => !placed.Contains(row.Key) && placed.IsSupersetOf(row.Value)).Select(row => row.Key).ToList();
            Assert.True(next.Count > 0, $"A circle among {string.Join(", ", ProjectLaw.MayReference.Keys.Except(placed))}");
            placed.UnionWith(next);
        }
    }

    [Fact]
    public void A_foreign_package_is_named_only_where_the_page_says()
    {
        var named = Sources.SelectMany(project => project.Packages.Keys.Concat(project.Frameworks), (project, package) => (project.Name, Package: package));
        Assert.DoesNotContain(named, pair => !ProjectLaw.MayName.TryGetValue(pair.Package, out var projects) || !projects.Contains(pair.Name));
    }

    [Fact]
    public void A_wrapped_library_does_not_compile_one_project_up()
    {
        string[] wrapped = ["Microsoft.FASTER.Core", "Microsoft.ML.OnnxRuntime", "Microsoft.ML.Tokenizers", "NetVips", "NetVips.Native"];
        var visible = Sources.SelectMany(project => project.Packages, (project, package) => (project.Name, package.Key, package.Value))
            .Where(row => wrapped.Contains(row.Key) && !row.Value.Split(';').Contains("compile"));
        Assert.Empty(visible);
        Assert.All(wrapped, name => Assert.Contains(Sources, project => project.Packages.ContainsKey(name)));
    }

    [Fact]
    public void A_wrapped_namespace_is_used_only_behind_its_door()
    {
        foreach (var (space, folders) in Wrapped)
        {
            var users = RepositoryTree.Code.Where(file => Uses(file, space)).Select(file => file.Path).ToList();
            Assert.DoesNotContain(users, path => !path.StartsWith("bench/", StringComparison.Ordinal) && !folders.Any(path.StartsWith));
        }
    }

    [Fact]
    public void End_to_end_tests_hold_no_engine_code()
    {
        var project = ProjectFile.Read(RepositoryTree.Projects.Single(file => file.Path == "tests/EndToEnd/EndToEnd.csproj"));
        Assert.Subset(new HashSet<string> { "Client", "Silo", "Cli" }, project.Projects.ToHashSet());
        string[] engine = ["Vectors", "Storage", "Clip", "Grains", "Gateway", "Contracts", "Silo"];
        var users = RepositoryTree.Code
            .Where(file => file.Path.StartsWith("tests/EndToEnd/", StringComparison.Ordinal) && engine.Any(name => Uses(file, $"ClipOrleans.{name}")));
        Assert.Empty(users);
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(RepositoryTree.Root, "ClipOrleans.sln")).Replace('\\', '/');
        Assert.DoesNotContain(RepositoryTree.Projects, file => !solution.Contains($"\"{file.Path}\"", StringComparison.Ordinal));
    }

    private static bool Uses(RepositoryFile file, string space) =>
        file.Syntax.DescendantNodes(node => node is not BlockSyntax).OfType<UsingDirectiveSyntax>()
            .Any(directive => directive.NamespaceOrType.ToString() is var name && (name == space || name.StartsWith(space + ".", StringComparison.Ordinal)));
}

using System.Text.Json.Nodes;
using ClipOrleans.Repository.Tests.Graph;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Image;

// Danger: an image that runs as root, carries a secret, or is another one each time it is built; a container file that fails months later, when somebody builds it.
// Invariant: the rules of ContainerFileRules; what is copied is there; what runs in the image is a program with these verbs.
// Method: read deploy/Dockerfile and .dockerignore as their builder does; each rule is shown to fire.
public sealed class ContainerFileTests
{
    private const string Innocent = """
        FROM sdk:10.0 AS build
        COPY src/ src/
        RUN make
        FROM runtime:10.0.1-slim
        COPY --from=build /out /app
        ENV A=1
        USER 1654:1654
        HEALTHCHECK --interval=1s CMD ["/app/x", "health"]
        ENTRYPOINT ["/app/x"]
        """;

    public static TheoryData<string, string, string> Offences { get; } = new()
    {
        { "image", "runtime:10.0.1-slim", "runtime:latest" },
        { "image", "sdk:10.0", "sdk" },
        { "user", "USER 1654:1654", "USER app" },
        { "user", "USER 1654:1654", "USER 0" },
        { "user", "USER 1654:1654\n", "" },
        { "shell", """ENTRYPOINT ["/app/x"]""", "ENTRYPOINT /app/x" },
        { "health", "HEALTHCHECK --interval=1s CMD [\"/app/x\", \"health\"]\n", "" },
        { "run", "ENV A=1", "RUN chmod +x /app/x" },
        { "secret", "ENV A=1", "ENV DB_PASSWORD=x" },
        { "add", "COPY src/ src/", "ADD src/ src/" },
        { "source", "COPY src/ src/", "COPY missing/ src/" },
        { "source", "COPY src/ src/", "COPY data/ src/" },
        { "stage", "--from=build", "--from=builder" },
    };

    private static ContainerFile Ours { get; } = ContainerFile.Read(RepositoryTree.Files.Single(file => file.Path == "deploy/Dockerfile"));

    private static IgnoreFile Ignore { get; } = new(RepositoryTree.Files.Single(file => file.Path == ".dockerignore"));

    [Fact]
    public void Our_container_file_breaks_no_rule() => Finding.AssertNone(All(Ours, RepositoryTree.Exists, Ignore.Sends).Select(pair => pair.Finding));

    [Theory]
    [MemberData(nameof(Offences))]
    public void A_rule_finds_its_offence_and_spares_the_innocent(string rule, string innocent, string guilty)
    {
        Assert.Contains(innocent, Innocent, StringComparison.Ordinal);
        Assert.Empty(Findings(Innocent));
        Assert.Equal(rule, Assert.Single(Findings(Innocent.Replace(innocent, guilty, StringComparison.Ordinal))).Rule);

        static IEnumerable<(string Rule, Finding Finding)> Findings(string text) =>
            All(ContainerFile.Read(RepositoryFile.Of("Dockerfile", text)), path => path is "src" or "data", path => path is "src");
    }

    [Fact]
    public void Everything_is_left_out_of_the_image_that_is_not_let_through()
    {
        Assert.True(Ignore.LeavesAllOutFirst);
        Assert.All(Ignore.LetThrough, path => Assert.True(RepositoryTree.Exists(path), $"{path} is not there"));
    }

    [Fact]
    public void The_packages_of_every_project_in_the_image_are_restored_first()
    {
        var projects = RepositoryTree.Projects.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal)).Select(ProjectFile.Read).ToDictionary(project => project.Name);
        var needed = new HashSet<string>();
        Add("Silo");
        var copied = Ours.Stages[0].All("COPY").SelectMany(copy => copy.Operands.SkipLast(1)).Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));
        Assert.Equal(needed.Select(name => projects[name].Path).Order(), copied.Order());

        void Add(string name)
        {
            if (needed.Add(name))
                projects[name].Projects.ToList().ForEach(Add);
        }
    }

    [Fact]
    public void The_sdk_and_the_runtime_are_those_of_the_projects()
    {
        var sdk = (string)JsonNode.Parse(RepositoryTree.Files.Single(file => file.Path == "global.json").Text)!["sdk"]!["version"]!;
        var version = string.Join('.', sdk.Split('.')[..2]) + '.';
        Assert.All(Ours.Arguments.Values, image => Assert.Contains($":{version}", image, StringComparison.Ordinal));
    }

    [Fact]
    public void The_health_check_asks_the_port_that_the_image_sets()
    {
        var settings = Ours.Last.All("ENV").SelectMany(env => env.Words).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var check = Assert.Single(Ours.Last.All("HEALTHCHECK")).JsonForm!;
        Assert.Equal([Assert.Single(Ours.Last.All("ENTRYPOINT")).JsonForm![0], "health", $"http://127.0.0.1:{settings["ClipOrleans__Management__Port"]}/health/live"], check);
        Assert.Equal(settings["ClipOrleans__Storage__Path"], Assert.Single(Ours.Last.All("VOLUME")).JsonForm![0]);
        Assert.Equal("", settings["ASPNETCORE_HTTP_PORTS"]);
    }

    private static IEnumerable<(string Rule, Finding Finding)> All(ContainerFile file, Func<string, bool> exists, Func<string, bool> sent)
    {
        (string Rule, IEnumerable<Finding> Findings)[] rules =
        [
            ("image", ContainerFileRules.UnpinnedImages(file)),
            ("user", ContainerFileRules.RootUsers(file)),
            ("shell", ContainerFileRules.ShellForms(file)),
            ("health", ContainerFileRules.MissingHealthCheck(file)),
            ("run", ContainerFileRules.CommandsInTheLastStage(file)),
            ("secret", ContainerFileRules.Secrets(file)),
            ("add", ContainerFileRules.Additions(file)),
            ("source", ContainerFileRules.MissingSources(file, exists, sent)),
            ("stage", ContainerFileRules.UnknownStages(file)),
        ];
        return rules.SelectMany(rule => rule.Findings, (rule, finding) => (rule.Rule, finding));
    }
}

using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Image;

/// <summary>What makes an image safe to run and the same each time it is built.</summary>
internal static partial class ContainerFileRules
{
    /// <summary>Every image is named with a version that says which it is: at least two numbers, or a digest.</summary>
    public static IEnumerable<Finding> UnpinnedImages(ContainerFile file) =>
        from stage in file.Stages
        where !IsPinned(stage.Image) && file.Stages.All(other => other.Name != stage.Image)
        select At(file, stage.From, $"'{stage.Image}' is another image tomorrow");

    /// <summary>Also asked of images that compose and the chart name.</summary>
    public static bool IsPinned(string image) => PinnedImage().IsMatch(image);

    /// <summary>The last stage runs as a numbered user that is not root: Kubernetes can check a number only.</summary>
    public static IEnumerable<Finding> RootUsers(ContainerFile file) =>
        file.Last.All("USER").LastOrDefault() is { } user && NumberedUser().IsMatch(user.Rest)
            ? []
            : [At(file, file.Last.From, "the image runs as root, or as a user that is only a name")];

    /// <summary>Signals reach the process itself only when no shell stands between.</summary>
    public static IEnumerable<Finding> ShellForms(ContainerFile file) =>
        file.Last.Instructions.Where(instruction => instruction.Name is "ENTRYPOINT" or "CMD" or "HEALTHCHECK" && instruction.JsonForm is null)
            .Select(instruction => At(file, instruction, $"{instruction.Name} goes through a shell, which the image lacks and signals don't pass"));

    public static IEnumerable<Finding> MissingHealthCheck(ContainerFile file) =>
        file.Last.All("HEALTHCHECK").Any() ? [] : [At(file, file.Last.From, "no HEALTHCHECK")];

    /// <summary>The image that runs is put together by copying: nothing is run in it, so that it needs no shell.</summary>
    public static IEnumerable<Finding> CommandsInTheLastStage(ContainerFile file) =>
        file.Last.All("RUN").Select(run => At(file, run, "RUN in the image that is shipped"));

    public static IEnumerable<Finding> Secrets(ContainerFile file) =>
        from instruction in file.Stages.SelectMany(stage => stage.Instructions)
        where instruction.Name is "ENV" or "ARG" && SecretName().IsMatch(instruction.Rest)
        select At(file, instruction, "what is secret stays readable in every layer: mount it");

    /// <summary>ADD fetches and unpacks without a checksum.</summary>
    public static IEnumerable<Finding> Additions(ContainerFile file) =>
        file.Stages.SelectMany(stage => stage.All("ADD")).Select(add => At(file, add, "ADD where COPY does"));

    /// <summary>What is copied from the repository is there, and .dockerignore lets it through.</summary>
    public static IEnumerable<Finding> MissingSources(ContainerFile file, Func<string, bool> exists, Func<string, bool> sent) =>
        from copy in file.Stages.SelectMany(stage => stage.All("COPY"))
        where copy.Option("from") is null
        from source in copy.Operands.SkipLast(1)
        let path = source.TrimEnd('/')
        where !exists(path) || !sent(path)
        select At(file, copy, $"{source} is {(exists(path) ? "left out by .dockerignore" : "not there")}");

    /// <summary>A stage that copies from another names one that is there.</summary>
    public static IEnumerable<Finding> UnknownStages(ContainerFile file) =>
        from copy in file.Stages.SelectMany(stage => stage.All("COPY"))
        let origin = copy.Option("from")
        where origin is not null && file.Stages.All(stage => stage.Name != origin)
        select At(file, copy, $"there is no stage {origin}");

    private static Finding At(ContainerFile file, Instruction instruction, string what) => new(file.File.Path, instruction.Line, what);

    [GeneratedRegex(@":v?\d+\.\d+[^:/@]*$|@sha256:[0-9a-f]{64}$")]
    private static partial Regex PinnedImage();

    [GeneratedRegex(@"^[1-9]\d*(:[1-9]\d*)?$")]
    private static partial Regex NumberedUser();

    [GeneratedRegex(@"(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|CONNECTION_?STRING)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}

using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Settings;

/// <summary>The settings of docs/configuration.md, which a test holds equal to those of the code, as environment variables.</summary>
internal static partial class SettingNames
{
    private const string Prefix = "ClipOrleans__";

    public static IReadOnlySet<string> Keys { get; } = RepositoryTree.Files.Single(file => file.Path == "docs/configuration.md").Lines
        .Select(line => Row().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).ToHashSet();

    /// <summary>What the program reads beside its settings: the downward API, .NET, OpenTelemetry.</summary>
    private static readonly string[] s_others = ["POD_IP", "POD_NAME", "ASPNETCORE_HTTP_PORTS"];

    public static bool IsRead(string variable) =>
        s_others.Contains(variable)
        || variable.StartsWith("OTEL_", StringComparison.Ordinal)
        || (variable.StartsWith(Prefix, StringComparison.Ordinal) && Keys.Contains(variable[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal)));

    [GeneratedRegex(@"^\| `([A-Z]\w*(?::[A-Z]\w*)*)` \|")]
    private static partial Regex Row();
}

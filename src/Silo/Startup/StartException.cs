namespace ClipOrleans.Silo.Startup;

/// <summary>The process cannot start, for a reason that the operator can put right. The message is all that is printed.</summary>
internal sealed class StartException(string message) : Exception(message)
{
    /// <summary>The message for a list of wrong settings.</summary>
    public static StartException For(IReadOnlyList<string> problems) => new(
        (problems.Count == 1 ? "a setting is wrong:" : $"{problems.Count} settings are wrong:")
        + string.Concat(problems.Select(problem => Environment.NewLine + "  " + problem.TrimEnd('.') + "."))
        + Environment.NewLine + "Every setting is explained in docs/configuration.md.");
}

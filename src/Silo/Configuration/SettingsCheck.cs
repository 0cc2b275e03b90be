namespace ClipOrleans.Silo.Configuration;

/// <summary>Looks at all that the operator set, before anything is started, and tells everything that is wrong with it at once.</summary>
internal static class SettingsCheck
{
    /// <summary>Keys of ASP.NET Core and .NET hosting that are taken as they are.</summary>
    private static readonly string[] s_foreign =
        ["urls", "http_ports", "https_ports", "Kestrel", "Logging", "AllowedHosts", "environment", "contentRoot", "applicationName"];

    /// <returns>One line per problem, with its key.</returns>
    public static IReadOnlyList<string> Problems(IConfiguration configuration, IReadOnlyList<SettingsSection> sections)
    {
        var settings = sections.SelectMany(section => section.Settings).ToLookup(setting => setting.Key, StringComparer.OrdinalIgnoreCase);
        var names = sections.Select(section => section.Name).Where(name => name.Length > 0).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        foreach (var root in configuration.GetChildren().Where(root => !s_foreign.Contains(root.Key, StringComparer.OrdinalIgnoreCase)))
        {
            var values = root.AsEnumerable().Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal);
            foreach (var (key, text) in values)
            {
                if (settings[key].FirstOrDefault() is not { } setting)
                    problems.Add($"{key}: there is no such setting{Suggestion(root.Key, names, settings)}");
                else if (setting.Check(text!) is { } problem)
                    problems.Add(setting.IsSecret ? $"{setting.Key}: what is set is not possible: {problem}" : $"{setting.Key}: '{text}' is not possible: {problem}");
            }
        }

        return problems;
    }

    private static string Suggestion(string section, HashSet<string> names, ILookup<string, Setting> settings)
    {
        var known = names.TryGetValue(section, out var name)
            ? settings.Select(group => group.Key).Where(key => key.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            : names.Order(StringComparer.Ordinal).Select(one => one + ":…").Append("Roles").Append("urls");
        return $"; there are {string.Join(", ", known)}";
    }
}

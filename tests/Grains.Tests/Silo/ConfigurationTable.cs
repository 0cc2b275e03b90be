using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ClipOrleans.Silo.Configuration;

namespace ClipOrleans.Grains.Tests.Silo;

/// <summary>The table of settings as the types say it: keys, defaults and ranges from the code, meanings from its doc comments.</summary>
internal static partial class ConfigurationTable
{
    public static string Render()
    {
        var rows = SettingsSection.All.SelectMany(section => section.Settings).Select(Row);
        return string.Join('\n', ["| key | default | allowed | meaning |", "|---|---|---|---|", .. rows]) + "\n";
    }

    /// <summary>What the doc comment of a setting says; empty if there is none.</summary>
    public static string Meaning(Setting setting)
    {
        var type = setting.Property.DeclaringType!;
        var documentation = XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml"));
        var summary = documentation.Descendants("member")
            .FirstOrDefault(member => (string?)member.Attribute("name") == $"P:{type.FullName}.{setting.Property.Name}")?.Element("summary");
        return summary is null ? "" : Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();
    }

    private static string Row(Setting setting) =>
        $"| `{setting.Key}` | {Default(setting.Default)} | {Allowed(setting)} | {Meaning(setting).Replace("|", "\\|", StringComparison.Ordinal)} |";

    private static string Default(object? value) => value switch
    {
        "" => "empty",
        bool flag => flag ? "`true`" : "`false`",
        string text => $"`{text}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => throw new InvalidOperationException($"A default of {value} has no form in the table."),
    };

    private static string Allowed(Setting setting)
    {
        var rules = setting.Property.GetCustomAttributes<ValidationAttribute>().ToList();
        return rules.OfType<RangeAttribute>().FirstOrDefault() is { } range ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}")
            : rules.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed ? string.Join(", ", allowed.Values.Select(value => $"`{value}`"))
            : setting.Property.PropertyType == typeof(bool) ? "`true`, `false`"
            : rules.OfType<RequiredAttribute>().Any() ? "text, not empty"
            : "text";
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{((string?)see.Attribute("cref"))?.Split('.')[^1]}`",
        XElement other => other.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
